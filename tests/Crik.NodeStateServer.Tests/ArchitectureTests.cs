using System.Text.RegularExpressions;

namespace Crik.NodeStateServer.Tests;

/// <summary>Checks which folders of the server use which others.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Signals"] = [],
        ["Configuration"] = ["Signals"],
        ["Callers"] = ["Configuration"],
        ["Tls"] = ["Configuration"],
        ["Pods"] = ["Configuration"],
        ["State"] = ["Signals", "Configuration"],
        ["Metrics"] = [],
        ["Watching"] = ["Signals", "State", "Configuration", "Metrics"],
        ["Endpoints"] = ["State", "Configuration", "Metrics", "Callers", "Pods", "Tls"],
        ["Kubernetes"] = ["Watching", "Signals", "Configuration", "Callers", "Pods", "Metrics"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    private static string Source => Repository.In("src/Crik.NodeStateServer");

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_folders_that_its_rule_allows(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs"))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(used == folder || s_allowed[folder].Contains(used), $"{file} uses {used}");
            }
        }
    }

    [Fact]
    public void Every_folder_has_a_rule() =>
        Assert.Equal(s_allowed.Keys.Order(), Directory.EnumerateDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order()!);

    [Fact]
    public void Only_the_Kubernetes_folder_and_the_composition_use_the_API_server()
    {
        foreach (string file in Sources().Where(file => !file.Contains("/Kubernetes/", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("HttpClient", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/api/v1", text, StringComparison.Ordinal);
            if (Path.GetFileName(file) is not ("Program.cs" or "Server.cs"))
            {
                Assert.DoesNotContain("NodeStateServer.Kubernetes", text, StringComparison.Ordinal);
                Assert.DoesNotMatch(@"using Crik\.Kubernetes\.(?!Watching;)", text); // what a follower reports is data
            }
        }
    }

    [Fact]
    public void Rules_use_no_clock_no_files_and_no_log()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, "Signals"), "*.cs"))
        {
            Assert.DoesNotMatch(@"UtcNow|TimeProvider|\basync\b|\bTask\b|File\.|ILogger", File.ReadAllText(file));
        }
    }

    [Fact]
    public void All_log_messages_are_defined_in_Log()
    {
        foreach (string file in Sources().Where(file => Path.GetFileName(file) is not "Log.cs"))
        {
            Assert.DoesNotMatch(@"\.Log(Information|Warning|Error|Debug|Critical)\(|\[LoggerMessage", File.ReadAllText(file));
        }
    }

    [Fact]
    public void Program_only_composes_the_parts() => Assert.InRange(File.ReadLines(Path.Combine(Source, "Program.cs")).Count(), 1, 60);

    private static IEnumerable<string> Sources() => Repository.SourceFiles("src/Crik.NodeStateServer");

    [GeneratedRegex(@"^using Crik\.NodeStateServer\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
