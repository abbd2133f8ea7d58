using Crik.Criu;
using Crik.Files;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

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

    private static ContainerFacts In(MachineFacts machine, int criuVersion = 40200) => new(machine, criuVersion, CanDecompress: true, PrivilegeLevel.Full, [], new Dictionary<string, FileStamp>(), []);

    [Fact]
    public void The_same_machine_fits()
    {
        Assert.Empty(CompatibilityGate.Problems(Made(s_here), In(s_here)));
        Assert.Empty(CompatibilityGate.Remarks(Made(s_here), s_here));
    }

    [Fact]
    public void A_newer_kernel_criu_and_cpu_fit()
    {
        MachineFacts newer = s_here with { KernelRelease = "6.10.1", CpuFeatures = ["sse2", "avx", "avx512"] };

        Assert.Empty(CompatibilityGate.Problems(Made(s_here), In(newer, 40300)));
        Assert.Single(CompatibilityGate.Remarks(Made(s_here), newer));
    }

    [Fact]
    public void Each_difference_is_a_separate_problem()
    {
        MachineFacts older = s_here with { KernelRelease = "6.1.0", CpuFeatures = ["sse2"] };

        string[] problems = [.. CompatibilityGate.Problems(Made(s_here), In(older, 40101) with { MissingPaths = ["/data/file"] })];

        Assert.Collection(
            problems,
            cpu => Assert.Contains("avx", cpu, StringComparison.Ordinal),
            kernel => Assert.Contains("6.1.0", kernel, StringComparison.Ordinal),
            criu => Assert.Contains("4.1", criu, StringComparison.Ordinal),
            file => Assert.Contains("/data/file", file, StringComparison.Ordinal));
    }

    [Fact]
    public void Words_that_the_kernel_adds_to_cpuinfo_do_not_keep_a_checkpoint_from_a_good_node()
    {
        MachineFacts then = s_here with { CpuFeatures = ["sse2", "avx", "rep_good", "constant_tsc", "ibrs_enhanced", "user_shstk"] };

        Assert.Empty(CompatibilityGate.Problems(Made(then), In(s_here)));
    }

    [Fact]
    public void Another_architecture_is_a_problem()
    {
        string problem = CompatibilityGate.Problems(Made(s_here), In(s_here with { Architecture = "Arm64" })).Single();

        Assert.Contains("Arm64", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    public void Compressed_memory_needs_a_criu_that_can_read_it(bool compressed, bool can, bool fits)
    {
        CheckpointManifest manifest = Made(s_here) with { CompressedMemory = compressed ? 1 : null };

        string[] problems = [.. CompatibilityGate.Problems(manifest, In(s_here, 40300) with { CanDecompress = can })];

        Assert.Equal(fits ? 0 : 1, problems.Length);
        Assert.All(problems, problem => Assert.Contains("LZ4", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_clock_that_goes_back_is_a_remark()
    {
        string remark = CompatibilityGate.Remarks(Made(s_here), s_here with { MonotonicMilliseconds = 1000 }).Single();

        Assert.Contains("00:00:04", remark, StringComparison.Ordinal);
    }
}
