using System.Text.RegularExpressions;

namespace Crik.Kubernetes.Tests;

/// <summary>Checks which folders of the library use which others, and that it knows none of its users.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Access"] = [],
        ["Api"] = ["Access"],
        ["Watching"] = ["Api"],
        ["Resources"] = ["Api"],
        ["Leases"] = ["Api", "Resources"],
        ["Queues"] = ["Api", "Watching"],
        ["Events"] = ["Api", "Resources"],
        ["Exec"] = ["Api"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    private static string Source => Repository.In("src/Crik.Kubernetes");

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_folders_that_its_rule_allows(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs"))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(used == $"Kubernetes.{folder}" || s_allowed[folder].Any(allowed => used == $"Kubernetes.{allowed}"), $"{file} uses Crik.{used}");
            }
        }
    }

    [Fact]
    public void Every_folder_has_a_rule() =>
        Assert.Equal(s_allowed.Keys.Order(), Directory.EnumerateDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order()!);

    [Fact]
    public void The_library_names_no_kind_of_object_that_only_the_server_reads()
    {
        foreach (string file in Repository.SourceFiles("src/Crik.Kubernetes"))
        {
            Assert.DoesNotMatch(@"/api/v1/nodes|TokenReview|NodeStateServer|Crik\.Contracts", File.ReadAllText(file));
        }
    }

    [GeneratedRegex(@"^using Crik\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
