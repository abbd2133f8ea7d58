using System.Globalization;
using Crik.Configuration;
using Crik.Criu;
using Crik.Init;
using Crik.Policy;
using Crik.Restore;
using Crik.Store;
using Crik.Tools;

namespace Crik.Tests;

/// <summary>Compares the numbers in the documents with the code that they come from. Tables of keys and options have tests of their own.</summary>
public sealed class DocumentNumbersTests
{
    private static readonly CrikOptions s_default = new();
    private static readonly TimeSpan s_onGke = TimeSpan.FromSeconds(15);

    /// <summary>A document, what it says, and the number of the code, which stands there in digits for #, or as a word for @.</summary>
    public static TheoryData<string, string, double> Statements => new()
    {
        { "README.md", "[# real programs](docs/programs.md)", Programs() },
        { "docs/before-production.md", "[# real programs](programs.md)", Programs() },
        { "README.md", "crik tries for up to # s", LongestFault() },
        { "docs/reference.md", "tries again for up to # s", LongestFault() },
        { "docs/troubleshooting.md", "tries again for up to # s", LongestFault() },
        { "docs/design/0019-defaults.md", "tries again for up to # s", LongestFault() },
        { "README.md", "after @ times in a row", s_default.RestoreLimit },
        { "docs/what-happens-when.md", "after @ restarts in a row", s_default.RestoreLimit },
        { "docs/what-happens-when.md", "after @ times in a row", s_default.RestoreLimit },
        { "docs/configuration.md", "A quarter of it, at most # s, is for the program's own end", typeof(GraceClock).Constant<TimeSpan>("s_longestReserve").TotalSeconds },
        { "docs/configuration.md", "is then given up after # s", Math.Floor((s_onGke - GraceClock.ReserveOf(s_onGke)).TotalSeconds) },
        { "docs/configuration.md", "how fast the last @ checkpoints", WriteSpeeds.Remembered },
        { "docs/configuration.md", "checkpoints of at least # MiB were written", WriteSpeeds.LeastBytes >> 20 },
        { "docs/configuration.md", "would take more than @ times the time that is left", typeof(WriteSpeeds).Constant<double>("Doubt") },
        { "docs/configuration.md", "If there are @ or more", typeof(WriteSpeeds).Constant<int>("LeastSamples") },
        { "docs/configuration.md", "the first # files below the working directory", typeof(ProgramIdentity).Constant<int>("MostFiles") },
        { "docs/reference.md", "the first # descriptors", DescriptorInfo.Most },
        { "docs/reference.md", "for at most @ seconds", typeof(MemoryFileNumbers).Constant<TimeSpan>("s_longest").TotalSeconds },
        { "docs/troubleshooting.md", "crik keeps the last @ of each kind", typeof(CheckpointStore).Constant<int>("FailedKept") },
        { "docs/troubleshooting.md", "After @ minutes crik ends the program", typeof(MissingPages).Constant<TimeSpan>("s_longestStandstill").TotalMinutes },
        { "docs/programs.md", "gets SIGTERM @ times", Cycles() },
        { "examples/configmap.yaml", "auto (from # MiB on)", LazyRestore.LeastBytes >> 20 },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_number_in_a_document_is_that_of_the_code(string document, string statement, double number)
    {
        string expected = statement.With(number);

        Assert.True(DocumentText.Has(document, expected), $"{document} does not say: {expected}");
    }

    [Fact]
    public void A_quarter_of_a_short_grace_period_is_for_the_program() => Assert.Equal(TimeSpan.FromSeconds(5), GraceClock.ReserveOf(TimeSpan.FromSeconds(20)));

    [Fact]
    public void The_startup_probe_of_the_reference_waits_longer_than_a_restore_and_the_lock_can_take()
    {
        string reference = File.ReadAllText(Repository.In("docs/reference.md"));
        int Value(string key) => int.Parse(reference.Split($"{key}: ")[1].Split(' ', '\n')[0], CultureInfo.InvariantCulture);
        TimeSpan waits = TimeSpan.FromSeconds(Value("failureThreshold") * Value("periodSeconds"));

        Assert.True(waits > new RestoreAttempt(null!, null!, null!, null!).Longest + s_default.LockTimeout, $"{waits}");
        Assert.Contains($"{Value("failureThreshold")} × {Value("periodSeconds")} s", reference, StringComparison.Ordinal);
        Assert.InRange(typeof(StatusCommand).Constant<TimeSpan>("s_longestForProbe"), TimeSpan.Zero, TimeSpan.FromSeconds(1)); // "crik answers within a second"
    }

    [Fact]
    public void The_oldest_criu_in_the_documents_is_the_one_that_crik_asks_for()
    {
        string asked = Assert.Single(CriuSetup.Find("/nowhere/criu").Problems, problem => problem.Contains("criu 4.", StringComparison.Ordinal));

        Assert.Contains("criu 4.1.1 or newer", asked, StringComparison.Ordinal);
        Assert.All(["README.md", "docs/before-production.md"], name => Assert.True(DocumentText.Has(name, "criu 4.1.1 or newer"), name));
    }

    [Fact]
    public void The_size_that_CONTRIBUTING_allows_the_binary_is_the_one_that_its_test_allows()
    {
        Assert.Contains("6_000_000", File.ReadAllText(Repository.In("tests/Crik.SystemTests/Published/NativeBuildTests.cs")), StringComparison.Ordinal);
        Assert.True(DocumentText.Has("CONTRIBUTING.md", "The binary may have 6 MB"));
    }

    private static int Programs() => Directory.EnumerateFiles(Repository.In("tests/lab/matrix/programs"), "*.py").Count(path => !Path.GetFileName(path).StartsWith('_'));

    private static int Cycles() =>
        int.Parse(File.ReadAllText(Repository.In("tests/lab/matrix/run.py")).Split("'--cycles', type=int, default=")[1].Split(')')[0], CultureInfo.InvariantCulture);

    private static double LongestFault() => new RestoreProcedure(null!, s_default.Restore, null!, null!, null).LongestFault.TotalSeconds;
}
