using System.Reflection;
using System.Text.RegularExpressions;
using Crik.Testing.Architecture;

namespace Crik.Tests;

/// <summary>Checks in the compiled program and in its source that each folder uses only what it may use.</summary>
public sealed partial class ArchitectureTests
{
    private const string Source = "src/Crik.Cli";

    private static readonly Assembly s_program = typeof(CrikVersion).Assembly;
    private static readonly Lazy<TypeUse[]> s_uses = new(ReadUses);

    public static TheoryData<string> Folders => [.. Rooms.Allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_the_types_that_its_rule_allows(string folder)
    {
        string[] violations = [.. s_uses.Value
            .Where(use => Rooms.Of(use.User) == folder && !Rooms.Allow(use.User, use.Used))
            .GroupBy(use => (use.User, use.Used)).Select(uses => uses.First())
            .Select(use => $"{use.Place}: {Short(use.User)} uses {Short(use.Used)}").Order(StringComparer.Ordinal)];

        Assert.True(violations.Length == 0, $"{folder} may use [{string.Join(", ", Rooms.Allowed[folder])}], but:\n{string.Join('\n', violations)}");
    }

    /// <summary>The compiler copies constants, so that only the using line shows where they come from.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_has_using_lines_only_for_folders_that_its_rule_allows(string folder)
    {
        foreach (string file in FilesOf(folder))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(
                    used == folder || Rooms.Allowed[folder].Any(entry => entry.Split('.')[0] == used),
                    $"{file} has a using line for Crik.{used}, but {folder} may use [{string.Join(", ", Rooms.Allowed[folder])}].");
            }
        }
    }

    [Fact]
    public void Every_folder_has_a_rule_and_every_rule_has_a_folder()
    {
        IEnumerable<string> folders = Repository.SourceFiles(Source).Select(file => Path.GetRelativePath(Repository.In(Source), file).Split('/'))
            .Where(path => path.Length > 1).Select(path => path[0]).Distinct();

        Assert.Equal(folders.Order(StringComparer.Ordinal), Rooms.Allowed.Keys.Where(room => room is not (Rooms.Basics or Rooms.Program)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_namespace_of_a_file_is_the_folder_it_lies_in()
    {
        foreach (string file in Repository.SourceFiles(Source).Where(file => Path.GetFileName(file) != "Program.cs"))
        {
            string folder = Path.GetDirectoryName(Path.GetRelativePath(Repository.In(Source), file))!;
            string expected = folder.Length == 0 ? "Crik" : $"Crik.{folder.Replace('/', '.')}";
            Assert.True(File.ReadLines(file).Contains($"namespace {expected};"), $"{file} does not have the namespace {expected}.");
        }
    }

    [Fact]
    public void No_folders_use_each_other_in_a_circle()
    {
        ILookup<string, string> graph = s_uses.Value.Select(use => (From: Rooms.Of(use.User), To: Rooms.Of(use.Used))).Where(edge => edge.From != edge.To)
            .Distinct().ToLookup(edge => edge.From, edge => edge.To);
        string[] circles = [.. s_uses.Value
            .Where(use => Rooms.Of(use.User) != Rooms.Of(use.Used) && Reaches(graph, Rooms.Of(use.Used), Rooms.Of(use.User)))
            .GroupBy(use => (Rooms.Of(use.User), Rooms.Of(use.Used))).Select(uses => uses.First())
            .Select(use => $"{Rooms.Of(use.User)} -> {Rooms.Of(use.Used)}, for example {use.Place}: {Short(use.User)} uses {Short(use.Used)}").Order(StringComparer.Ordinal)];

        Assert.True(circles.Length == 0, $"These uses are parts of circles:\n{string.Join('\n', circles)}");
    }

    /// <summary>
    /// A decision takes values and returns a value. So it neither looks at the machine nor at the volume.
    /// </summary>
    [Fact]
    public void The_Policy_folder_uses_only_records_and_enums_of_other_folders()
    {
        string[] free = [Rooms.Basics, "Configuration", "Contracts", "Policy"];
        string[] names = ["Crik.Linux.Errno", "Crik.Linux.Signal"]; // names of numbers

        string[] violations = [.. s_uses.Value
            .Where(use => Rooms.Of(use.User) == "Policy" && !free.Contains(Rooms.Of(use.Used)) && !names.Contains(use.Used) && !IsValue(s_program.GetType(use.Used)!))
            .Select(use => $"{use.Place}: {Short(use.User)} uses {Short(use.Used)}").Distinct().Order(StringComparer.Ordinal)];

        Assert.True(violations.Length == 0, $"A decision has to be pure, but:\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void Only_Program_decides_the_exit_codes()
    {
        string[] violations = [.. Repository.SourceFiles(Source)
            .Where(file => Path.GetRelativePath(Repository.In(Source), file) is not ("Program.cs" or "ExitCodes.cs"))
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (Place: $"{Path.GetRelativePath(Repository.Root, file)}:{index + 1}", Line: line)))
            .Where(line => line.Line.Contains("ExitCodes.", StringComparison.Ordinal)).Select(line => line.Place)];

        Assert.True(violations.Length == 0, $"Only Program.cs may use ExitCodes, but these lines do:\n{string.Join('\n', violations)}");
    }

    [Theory]
    [InlineData(@"\bConsole\.", "on a terminal it installs the runtime's handler for SIGCHLD, which reaps every child")]
    [InlineData(@"\bProcess\.Start|\bnew Process\b", "the runtime would reap every child, and the exit status would be lost")]
    [InlineData(@"PosixSignalRegistration", "crik reads signals from a descriptor")]
    [InlineData(@"\basync\b|\bTask\.", "the thread pool would take PIDs that the program needs")]
    [InlineData(@"using System\.Linq;", "Sequences.cs replaces it, because it makes the binary larger")]
    [InlineData(@"RegularExpressions", "NotUsed.xml leaves the engine out of the binary, where each pattern would match everything")]
    [InlineData(@"AllowDuplicateProperties", "NotUsed.net10.0.xml leaves it out of the binary")]
    public void APIs_that_break_an_init_are_not_used(string pattern, string because)
    {
        foreach (string file in Repository.SourceFiles(Source))
        {
            foreach (string line in File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))
            {
                Assert.False(Regex.IsMatch(line, pattern), $"{file} contains '{line.Trim()}', which is forbidden: {because}.");
            }
        }
    }

    /// <summary>A write to a log may wait for a disk or a reader. Only a line that is formatted in advance, and dropped when there is no room, may come from the init.</summary>
    [Theory]
    [InlineData("InitLoop")]
    [InlineData("ProgramGuard")]
    [InlineData("InitState")]
    [InlineData("InitDecision")]
    [InlineData("ChildTable")]
    [InlineData("SignalGate")]
    public void The_init_writes_to_no_log_that_may_wait(string type)
    {
        TypeUse[] uses = [.. s_uses.Value.Where(use => use.User == $"Crik.Init.{type}")];

        Assert.NotEmpty(uses);
        Assert.DoesNotContain(uses, use => use.Used is "Crik.Diagnostics.Log" or "Crik.Diagnostics.LineWriter");
    }

    [Fact]
    public void Only_the_Linux_folder_calls_into_libc()
    {
        foreach (string file in Repository.SourceFiles(Source).Where(file => !file.Contains($"/{Source}/Linux/", StringComparison.Ordinal)))
        {
            Assert.DoesNotMatch("LibraryImport|DllImport", File.ReadAllText(file));
        }
    }

    private static TypeUse[] ReadUses()
    {
        using CompiledProgram program = new(s_program.Location);
        return [.. program.Uses("Crik.")];
    }

    private static IEnumerable<string> FilesOf(string room) => room switch
    {
        Rooms.Program => [Repository.In($"{Source}/Program.cs")],
        Rooms.Basics => Directory.EnumerateFiles(Repository.In(Source), "*.cs").Where(file => Path.GetFileName(file) != "Program.cs"),
        _ => Repository.SourceFiles($"{Source}/{room}"),
    };

    private static bool IsValue(Type type) =>
        type.IsEnum || type.GetMethod("<Clone>$") is not null || type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static bool Reaches(ILookup<string, string> graph, string from, string to)
    {
        HashSet<string> seen = [];
        Queue<string> next = new([from]);
        while (next.TryDequeue(out string? room))
        {
            if (room == to)
            {
                return true;
            }

            foreach (string used in graph[room].Where(seen.Add))
            {
                next.Enqueue(used);
            }
        }

        return false;
    }

    private static string Short(string type) => type["Crik.".Length..];

    [GeneratedRegex(@"^using (?:static |\w+ = )?Crik\.(\w+)[.;]", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
