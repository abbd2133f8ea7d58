using System.Text.RegularExpressions;

namespace Crik.NodeStateServer.Tests;

/// <summary>Which folder may know which.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Signals"] = [],
        ["Diagnostics"] = [],
        ["Configuration"] = ["Signals"],
        ["Callers"] = ["Configuration"],
        ["State"] = ["Signals", "Configuration"],
        ["Metrics"] = ["Watching"],
        ["Watching"] = ["Signals", "State", "Configuration", "Metrics"],
        ["Endpoints"] = ["State", "Configuration", "Metrics", "Callers"],
        ["Kubernetes"] = ["Watching", "Signals", "Configuration", "Callers"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    private static string Source => Path.Combine(Repository.Root, "src/Crik.NodeStateServer");

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_those_below_it(string folder)
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
    public void Every_folder_has_its_rule() =>
        Assert.Equal(s_allowed.Keys.Order(), Directory.EnumerateDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order()!);

    [Fact]
    public void Only_the_Kubernetes_folder_and_the_composition_know_the_API_server()
    {
        foreach (string file in Sources().Where(file => !file.Contains("/Kubernetes/", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("HttpClient", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/api/v1", text, StringComparison.Ordinal);
            if (Path.GetFileName(file) is not ("Program.cs" or "Server.cs"))
            {
                Assert.DoesNotContain("NodeStateServer.Kubernetes", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Rules_are_pure()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, "Signals"), "*.cs"))
        {
            Assert.DoesNotMatch(@"UtcNow|TimeProvider|\basync\b|\bTask\b|File\.|ILogger", File.ReadAllText(file));
        }
    }

    [Fact]
    public void What_is_said_is_said_in_Log()
    {
        foreach (string file in Sources().Where(file => Path.GetFileName(file) is not "Log.cs"))
        {
            Assert.DoesNotMatch(@"\.Log(Information|Warning|Error|Debug|Critical)\(|\[LoggerMessage", File.ReadAllText(file));
        }
    }

    [Fact]
    public void The_program_is_composition_only() => Assert.InRange(File.ReadLines(Path.Combine(Source, "Program.cs")).Count(), 1, 60);

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"^using Crik\.NodeStateServer\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
