using System.Text.RegularExpressions;

namespace Crik.Tests;

/// <summary>Which folder may know which, and what crik may not touch at all as PID 1.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Linux"] = [],
        ["Json"] = [],
        ["Diagnostics"] = ["Linux"],
        ["Configuration"] = ["Linux", "Contracts"],
        ["Files"] = ["Linux", "Json"],
        ["Init"] = ["Linux", "Diagnostics"],
        ["Criu"] = ["Linux", "Diagnostics", "Init"],
        ["Checkpoints"] = ["Linux", "Json", "Diagnostics", "Init", "Criu", "Files", "Configuration"],
        ["Nodes"] = ["Linux", "Json", "Diagnostics", "Init", "Configuration", "Contracts"],
        ["Inspection"] = ["Linux", "Json", "Criu", "Checkpoints"],
        ["Control"] = ["Linux", "Json", "Diagnostics", "Init"],
        ["Checks"] = ["Linux", "Json", "Diagnostics", "Init", "Criu", "Checkpoints", "Configuration", "Nodes", "Inspection"],
        ["Commands"] = ["Linux", "Json", "Diagnostics", "Init", "Criu", "Checkpoints", "Configuration", "Nodes", "Contracts", "Inspection", "Control", "Checks"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    private static string Source
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
            {
                directory = directory.Parent;
            }

            return Path.Combine(directory.FullName, "src/Crik.Cli");
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_those_below_it(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs"))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(used == folder || s_allowed[folder].Contains(used), $"{file} uses Crik.{used}");
            }
        }
    }

    [Theory]
    [InlineData(@"\bConsole\.", "on a terminal it puts the runtime's child reaper in")]
    [InlineData(@"\bProcess\.Start|\bnew Process\b", "the runtime would reap every child and lose its status")]
    [InlineData(@"PosixSignalRegistration", "signals are read from a descriptor")]
    [InlineData(@"\basync\b|\bTask\.", "one thread, so that no thread takes a PID of the tree's")]
    public void What_breaks_an_init_is_not_used(string pattern, string because)
    {
        foreach (string file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)))
        {
            foreach (string line in File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))
            {
                Assert.False(Regex.IsMatch(line, pattern), $"{file}: {line.Trim()} ({because})");
            }
        }
    }

    [Fact]
    public void Only_the_Linux_folder_calls_into_libc()
    {
        foreach (string file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/Linux/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("LibraryImport", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"^using Crik\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
