using System.Text.RegularExpressions;
using Crik.CommandLine;
using Crik.Configuration;
using Crik.Criu;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>Compares the documents and the examples with the code.</summary>
public sealed partial class PublishedDocumentsTests
{
    private static readonly string[] s_reference = File.ReadAllLines(Repository.In("docs/reference.md"));

    /// <summary>All documents but docs/bench.md, which <c>make bench</c> writes.</summary>
    public static TheoryData<string> Documents =>
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", .. Names("docs", "*.md").Where(name => name != "docs/bench.md"), .. Names("docs/design", "*.md")];

    public static TheoryData<string> DecisionRecords => [.. Names("docs/design", "0*.md")];

    public static TheoryData<string> Manifests =>
        [.. Directory.EnumerateFiles(Repository.In("examples"), "*.yaml").Select(path => Path.GetFileName(path)).Where(name => name != "configmap.yaml")];

    [Fact]
    public void The_README_has_at_most_150_lines() => Assert.InRange(File.ReadAllLines(Repository.In("README.md")).Length, 1, 150);

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_line_of_prose_has_more_than_120_characters(string name)
    {
        bool isCode = false;
        foreach (string line in File.ReadLines(Repository.In(name)))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            bool isProse = !isCode && !line.StartsWith('|') && !line.StartsWith("    ", StringComparison.Ordinal);
            Assert.True(!isProse || line.Length <= 120, $"{name}: this line is too long: {line}");
        }
    }

    [Theory]
    [MemberData(nameof(DecisionRecords))]
    public void A_decision_record_fits_one_page(string name) => Assert.InRange(File.ReadAllLines(Repository.In(name)).Length, 1, 70);

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_leads_to_one(string name)
    {
        string directory = Path.GetDirectoryName(Repository.In(name))!;
        foreach (Match link in LinkToFile().Matches(File.ReadAllText(Repository.In(name))))
        {
            Assert.True(Path.Exists(Path.Combine(directory, link.Groups[1].Value)), $"{name}: there is no {link.Groups[1].Value}");
        }
    }

    [Fact]
    public void The_reference_has_one_row_for_every_key_and_no_other()
    {
        foreach (OptionKey key in OptionKeys.All)
        {
            string[] row = Cells(Assert.Single(s_reference, line => line.StartsWith($"| `{key.Name}` |", StringComparison.Ordinal)));
            Assert.Equal((key.Name, $"`{key.EnvironmentName}`"), (key.Name, row[2]));
            Assert.Equal((key.Name, key.DefaultText ?? (key.IsList ? "empty" : "none")), (key.Name, row[4]));
            Assert.All(key.Choices, choice => Assert.Contains(choice, row[3], StringComparison.Ordinal));
            Assert.Equal((key.Name, key.Description), (key.Name, LinkInBrackets().Replace(row[5].Replace("`", "", StringComparison.Ordinal), "")));
        }

        IEnumerable<string> documented = s_reference.Where(line => KeyRow().IsMatch(line)).Select(line => Cells(line)[1].Trim('`'));
        Assert.Equal(OptionKeys.Names, documented);
    }

    [Fact]
    public void The_reference_explains_every_exit_code_of_crik()
    {
        string[] rows = [.. s_reference.SkipWhile(line => line != "## Exit codes").TakeWhile(line => line != "## Privileges")];
        IEnumerable<int> codes = Enum.GetValues<FailureKind>().Select(ExitCodes.Of).Distinct();

        Assert.All(codes, code => Assert.Single(rows, row => row.StartsWith($"| {code} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_reference_has_a_row_for_every_command_and_option()
    {
        string[] rows = [.. s_reference.SkipWhile(line => line != "## Commands").TakeWhile(line => line != "## Keys").Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        IEnumerable<CommandOption> options = CommandTable.All.SelectMany(command => command.Options).Concat(CommandTable.Common);

        Assert.All(CommandTable.All, command => Assert.Single(rows, row => Cells(row)[1].Split(' ', '`') is [_, "crik", var name, ..] && name == command.Name));
        Assert.All(options, option => Assert.Contains(rows, row => Cells(row)[1].Contains(option.Name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("basic", "basic")]
    [InlineData("full", "basic", "full")]
    public void The_capabilities_that_the_reference_names_for_a_level_give_that_level(string level, params string[] rows)
    {
        Dictionary<string, int> bits = new() { ["SYS_PTRACE"] = 19, ["SYS_ADMIN"] = 21, ["NET_ADMIN"] = 12, ["SYS_TIME"] = 25, ["CHECKPOINT_RESTORE"] = 40 };
        const ulong setpcap = 1UL << 8; // every container runtime gives it by default
        ulong effective = setpcap;
        foreach (string added in rows)
        {
            string cell = Cells(Assert.Single(s_reference, line => line.StartsWith($"| {added} |", StringComparison.Ordinal)))[2];
            effective = CapabilityName().Matches(cell).Aggregate(effective, (all, name) => all | 1UL << bits[name.Groups[1].Value]);
        }

        Assert.Equal(level, new Capabilities(effective, SeccompFiltered: false).Level.ToString(), ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void An_example_asks_for_two_capabilities_and_nothing_of_the_node(string name)
    {
        string text = File.ReadAllText(Repository.In($"examples/{name}"));
        YamlStream documents = [];
        documents.Load(new StringReader(text));

        Assert.NotEmpty(documents.Documents);
        Assert.Contains("add: [CHECKPOINT_RESTORE, SYS_PTRACE]", text, StringComparison.Ordinal);
        Assert.Contains("seccompProfile: {type: Unconfined}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("privileged", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hostPath", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_setting_of_an_example_is_a_known_key(string name)
    {
        foreach (string line in File.ReadLines(Repository.In($"examples/{name}")).Where(line => line.Contains("name: CRIK_", StringComparison.Ordinal)))
        {
            string variable = line.Split("name: ")[1].Split(',')[0];
            Assert.Contains(OptionKeys.All, key => key.EnvironmentName == variable);
        }
    }

    [Fact]
    public void Capabilities_tell_the_level_and_what_prevents_a_checkpoint()
    {
        Assert.Empty(new Capabilities(~0UL, SeccompFiltered: false).Problems());
        Assert.Equal(PrivilegeLevel.Full, new Capabilities(~0UL, SeccompFiltered: false).Level);
        Assert.Equal(2, new Capabilities(0, SeccompFiltered: true).Problems().Count());
        Assert.Equal(PrivilegeLevel.None, new Capabilities(0, SeccompFiltered: false).Level);
    }

    private static IEnumerable<string> Names(string directory, string pattern) =>
        Directory.EnumerateFiles(Repository.In(directory), pattern).Select(path => Path.GetRelativePath(Repository.Root, path));

    /// <summary>The cells of a table's row, from index 1 on. A bar inside a cell is written <c>\|</c>.</summary>
    private static string[] Cells(string row) => [.. CellBorder().Split(row).Select(cell => cell.Trim())];

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellBorder();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)")]
    private static partial Regex LinkToFile();

    [GeneratedRegex(@" \(\[.*?\]\(.*?\)\)")]
    private static partial Regex LinkInBrackets();

    [GeneratedRegex("`([A-Z_]+)`")]
    private static partial Regex CapabilityName();

    [GeneratedRegex(@"^\| `[a-zA-Z.]+` \| `CRIK_")]
    private static partial Regex KeyRow();
}
