using Crik.Checkpoints;
using Crik.Criu;

namespace Crik.Tests.Checkpoints;

public sealed class CompatibilityGateTests
{
    private static readonly MachineFacts s_here = new("X64", "6.8.0-45-generic", "pod", "boot", ["sse2", "avx"], 5000);

    private static CheckpointManifest Made(MachineFacts machine) => new()
    {
        Format = 1,
        Stdio = [],
        Watches = [],
        Cgroups = [],
        ExternalMounts = [],
        Generation = 1,
        RunId = "r",
        CreatedAt = default,
        CrikVersion = "0",
        CriuVersion = 40200,
        Unprivileged = true,
        Machine = machine,
        Command = ["app"],
        RootPid = 301,
        Pids = [301],
        Images = [],
        Paths = ["/data/file"],
    };

    [Fact]
    public void The_same_machine_fits()
    {
        Assert.Empty(CompatibilityGate.Problems(Made(s_here), s_here, 40200, _ => true));
        Assert.Empty(CompatibilityGate.Remarks(Made(s_here), s_here));
    }

    [Fact]
    public void A_newer_kernel_criu_and_cpu_fit()
    {
        MachineFacts newer = s_here with { KernelRelease = "6.10.1", CpuFeatures = ["sse2", "avx", "avx512"] };

        Assert.Empty(CompatibilityGate.Problems(Made(s_here), newer, 40300, _ => true));
        Assert.Single(CompatibilityGate.Remarks(Made(s_here), newer));
    }

    [Fact]
    public void Everything_that_does_not_fit_is_said_in_a_line_of_its_own()
    {
        MachineFacts older = s_here with { KernelRelease = "6.1.0", CpuFeatures = ["sse2"] };

        string[] problems = [.. CompatibilityGate.Problems(Made(s_here), older, 40101, _ => false)];

        Assert.Collection(
            problems,
            cpu => Assert.Contains("avx", cpu, StringComparison.Ordinal),
            kernel => Assert.Contains("6.1.0", kernel, StringComparison.Ordinal),
            criu => Assert.Contains("4.1", criu, StringComparison.Ordinal),
            file => Assert.Contains("/data/file", file, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_architecture_is_said()
    {
        string problem = CompatibilityGate.Problems(Made(s_here), s_here with { Architecture = "Arm64" }, 40200, _ => true).Single();

        Assert.Contains("Arm64", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    public void Compressed_memory_wants_a_criu_that_can_read_it(bool compressed, bool can, bool fits)
    {
        CheckpointManifest manifest = Made(s_here) with { CompressedMemory = compressed ? 1 : null, Paths = [] };

        IReadOnlyList<string> problems = CompatibilityGate.Problems(manifest, s_here, 40300, () => can, PrivilegeLevel.Full, []);

        Assert.Equal(fits ? 0 : 1, problems.Count);
        Assert.All(problems, problem => Assert.Contains("LZ4", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_clock_that_goes_back_is_remarked()
    {
        string remark = CompatibilityGate.Remarks(Made(s_here), s_here with { MonotonicMilliseconds = 1000 }).Single();

        Assert.Contains("00:00:04", remark, StringComparison.Ordinal);
    }
}
