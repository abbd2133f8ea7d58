using Crik.Configuration;
using Crik.Criu;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>What the README and the examples say has to stay true.</summary>
public sealed class PublishedDocumentsTests
{
    private static string Root
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
            {
                directory = directory.Parent;
            }

            return directory.FullName;
        }
    }

    public static TheoryData<string> Manifests =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "examples"), "*.yaml").Select(path => Path.GetFileName(path)).Where(name => name != "configmap.yaml")];

    [Fact]
    public void The_README_has_one_row_for_every_key_with_its_variable_and_default()
    {
        string[] rows = File.ReadAllLines(Path.Combine(Root, "README.md"));
        foreach (OptionKey key in OptionKeys.All)
        {
            string row = Assert.Single(rows, row => row.StartsWith($"| `{key.Name}` |", StringComparison.Ordinal));
            Assert.Contains($"`{key.EnvironmentName}`", row, StringComparison.Ordinal);
            if (key.DefaultText is not null)
            {
                Assert.Contains($"| {key.DefaultText} |", row, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void An_example_asks_for_two_capabilities_and_nothing_of_the_node(string name)
    {
        string text = File.ReadAllText(Path.Combine(Root, "examples", name));
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
    public void An_examples_settings_are_known(string name)
    {
        foreach (string line in File.ReadLines(Path.Combine(Root, "examples", name)).Where(line => line.Contains("name: CRIK_", StringComparison.Ordinal)))
        {
            string variable = line.Split("name: ")[1].Split(',')[0];
            Assert.Contains(OptionKeys.All, key => key.EnvironmentName == variable);
        }
    }

    [Fact]
    public void What_stands_in_the_way_of_a_checkpoint_is_said_with_the_line_to_add()
    {
        Assert.Empty(new Capabilities(~0UL, SeccompFiltered: false).Problems());
        Assert.Equal(PrivilegeLevel.Full, new Capabilities(~0UL, SeccompFiltered: false).Level);
        Assert.Equal(2, new Capabilities(0, SeccompFiltered: true).Problems().Count());
        Assert.Equal(PrivilegeLevel.None, new Capabilities(0, SeccompFiltered: false).Level);
    }
}
