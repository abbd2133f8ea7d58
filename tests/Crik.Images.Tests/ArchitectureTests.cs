using System.Text.RegularExpressions;
using Crik.Testing.Architecture;

namespace Crik.Images.Tests;

/// <summary>Checks what the library may use, and the sizes that the house style asks for.</summary>
public sealed partial class ArchitectureTests
{
    private const string Source = "src/Crik.Images";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Tar"] = [],
        ["Layers"] = [],
        ["Archives"] = ["Tar"],
        ["Encryption"] = ["Layers"],
        ["Manifests"] = [],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    public static TheoryData<string> Files => [.. Repository.SourceFiles(Source).Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_folders_that_its_rule_allows(string folder)
    {
        foreach (string file in Repository.SourceFiles($"{Source}/{folder}"))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(used == folder || s_allowed[folder].Contains(used), $"{file} uses Crik.Images.{used}");
            }
        }
    }

    [Fact]
    public void Every_folder_has_a_rule()
    {
        IEnumerable<string?> folders = Directory.EnumerateDirectories(Repository.In(Source)).Select(Path.GetFileName);

        Assert.Equal(s_allowed.Keys.Order(), folders.Where(name => name is not ("bin" or "obj")).Order()!);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_library_knows_streams_only(string file) => Assert.DoesNotMatch(
        @"Crik\.(Registry|Pods|Kubernetes|Operator|Cli|Contracts)|File\.|Console\.|ILogger|HttpClient", File.ReadAllText(Repository.In(file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_and_methods_are_short(string file)
    {
        Assert.InRange(File.ReadLines(Repository.In(file)).Count(), 1, 200);
        Assert.All(SourceMembers.Of(Repository.In(file)), member => Assert.InRange(member.Lines, 1, 60));
    }

    [GeneratedRegex(@"^using Crik\.Images\.([A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
