using System.Text.Json;
using Crik.Checks;
using Crik.Configuration;
using Crik.Contracts;
using Crik.Criu;
using Crik.Linux;
using Crik.Nodes;
using Crik.Store;
using Crik.Tests.Store;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests.Checks;

public sealed class ChecksTests
{
    private const ulong All = ~0UL;
    private const ulong Setpcap = 1UL << 8;
    private const ulong SysPtrace = 1UL << 19;
    private const ulong CheckpointRestore = 1UL << 40;

    private static readonly TerminationPolicy s_policy = new CrikOptions().Termination;

    private static readonly string[] s_mounts =
    [
        "1 0 0:1 / / rw - overlay overlay rw", "2 1 8:1 / /data rw - tmpfs hidden rw", "2 1 8:1 / /data rw - ext4 /dev/sda rw",
        "3 1 0:2 / /memory rw - tmpfs tmpfs rw", "4 1 0:3 / /net rw - nfs4 server:/x rw,vers=4.2",
        "5 1 0:4 / /unlocked rw - nfs server:/y rw,vers=3,local_lock=all,addr=10.0.0.1",
        "6 1 0:5 / /four rw - nfs4 server:/z rw,vers=4.1,local_lock=none,addr=10.0.0.1", "7 1 0:6 / /ignored rw - nfs server:/z rw,vers=4.2,nolock,local_lock=all",
        "8 1 0:7 / /nolock rw - nfs server:/z rw,vers=3,nolock,local_lock=none",
    ];

    [Theory]
    [InlineData(false, null, "set KUBERNETES_NAMESPACE")]
    [InlineData(true, null, "readPods in its chart is off")]
    [InlineData(true, "None", "knows whether this pod is evicted")]
    public void The_check_of_the_node_state_tells_whether_an_eviction_is_noticed(bool isAsked, string? disruption, string part) =>
        Assert.Contains(part, NodeStateCheck.AboutPod(isAsked, new NodeAnswer(NodeState.Ready, "why") { Disruption = disruption }), StringComparison.Ordinal);

    [Theory]
    [InlineData("6.8.0-45-generic", true, true, true, "1", "ok", "has what")]
    [InlineData("5.9.0", true, true, true, "0", "ok", "has what")]
    [InlineData("5.4.0-100", true, true, true, "0", "problem", "5.9")]
    [InlineData("6.8.0", false, true, true, "0", "problem", "CONFIG_PROC_CHILDREN")]
    [InlineData("6.8.0", true, false, true, "0", "problem", "CONFIG_KCMP")]
    [InlineData("6.8.0", true, true, false, "0", "problem", "pidfd_getfd")]
    [InlineData("6.8.0", true, true, true, "3", "problem", "ptrace_scope")]
    public void A_kernel_has_what_a_checkpoint_needs_or_the_finding_names_what_is_missing(string release, bool children, bool compare, bool take, string ptrace, string verdict, string part) =>
        AssertFound(KernelChecks.OfFeatures(release, children, compare, take, ptrace), verdict, part);

    [Fact]
    public void The_finding_says_whether_the_program_can_use_io_uring()
    {
        AssertFound(KernelChecks.OfRings(isThere: false, isHidden: false, PrivilegeLevel.Basic), "ok", "not available");
        AssertFound(KernelChecks.OfRings(isThere: true, isHidden: false, PrivilegeLevel.Full), "warning", "allow");
        AssertFound(KernelChecks.OfRings(isThere: true, isHidden: true, PrivilegeLevel.Basic), "ok", "liburing");
        AssertFound(KernelChecks.OfRings(isThere: true, isHidden: true, PrivilegeLevel.Full), "ok", "hidden from the program");
    }

    [Fact]
    public void A_feature_of_criu_that_a_checkpoint_does_not_need_is_no_warning_when_it_is_missing()
    {
        Assert.All(CriuChecks.OfFeatures(new(false, false, false), PrivilegeLevel.Full), found => Assert.Equal("not here", found.VerdictName));
        Assert.All(CriuChecks.OfFeatures(new(true, true, true), PrivilegeLevel.Full), found => Assert.Equal("ok", found.VerdictName));
        Assert.True(new CheckReport([.. CriuChecks.OfFeatures(new(false, false, false), PrivilegeLevel.None)]).CheckpointsWork);
        Assert.Equal("not here lazyPages", new CheckReport([.. CriuChecks.OfFeatures(new(true, true, true), PrivilegeLevel.Basic)]).Table().Split('\n')[1][..18]);
    }

    [Theory]
    [InlineData(1, "check", null, "ok", null)]
    [InlineData(70, "crik", null, "ok", null)]
    [InlineData(70, "exe", "/usr/local/bin/crik", "ok", null)]
    [InlineData(70, "pause", "/pause", "warning", "shareProcessNamespace")]
    [InlineData(70, "bash", "/bin/bash", "warning", "crik, run")]
    public void The_first_process_should_be_crik(int self, string name, string? executable, string verdict, string? yaml)
    {
        Finding found = KernelChecks.OfFirstProcess(self, name, executable);

        Assert.Equal(verdict, found.VerdictName);
        Assert.Equal(yaml is null, found.Yaml is null);
        Assert.Contains(yaml ?? "", found.Yaml ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void What_prevents_a_checkpoint_of_the_program_is_a_warning_with_the_key_that_helps()
    {
        int self = Environment.ProcessId;

        Assert.Null(ProgramChecks.OfRings(IoUring.Hide, []));
        AssertFound(ProgramChecks.OfRings(IoUring.Allow, [self])!, "warning", "the program uses io_uring, which criu cannot save");
        Assert.Equal(ProgramChecks.HideYaml, ProgramChecks.OfRings(IoUring.Allow, [self])!.Yaml);
        Assert.Equal(PrivilegeChecks.FullYaml, ProgramChecks.OfRings(IoUring.Hide, [self])!.Yaml);
        AssertFound(ProgramChecks.OfSharedMemory([self, 2, 3])!, "warning", $"(process {self}, ");
        AssertFound(ProgramChecks.OfSharedMemory([self, 2, 3])!, "warning", " and 2 more)");
        AssertFound(ProgramChecks.OfFilters([self])!, "warning", "the program is under a seccomp filter");
    }

    [Theory]
    [InlineData(All, true, true, "ok", null)]
    [InlineData(CheckpointRestore | SysPtrace | Setpcap, true, false, "ok", null)]
    [InlineData(CheckpointRestore | SysPtrace, true, false, "problem", "SETPCAP")]
    [InlineData(CheckpointRestore | Setpcap, true, false, "problem", "SYS_PTRACE")]
    [InlineData(SysPtrace | Setpcap, true, false, "problem", "CHECKPOINT_RESTORE")]
    [InlineData(All, false, false, "ok", null)]
    [InlineData(All, false, true, "problem", "allowPrivilegeEscalation")]
    public void Capabilities_are_compared_with_the_two_levels(ulong effective, bool isRoot, bool noNewPrivileges, string verdict, string? yaml)
    {
        Finding found = PrivilegeChecks.OfCapabilities(new Capabilities(effective, SeccompFiltered: true), isRoot, noNewPrivileges);

        Assert.Equal(verdict, found.VerdictName);
        Assert.Equal(yaml is null, found.Yaml is null);
        Assert.Contains(yaml ?? "", found.Yaml ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_user_namespace_the_basic_level_is_the_highest_and_no_advice_asks_for_capabilities_alone()
    {
        Capabilities all = new(All, SeccompFiltered: false) { InUserNamespace = true };
        Capabilities two = new(CheckpointRestore | SysPtrace | Setpcap, SeccompFiltered: false) { InUserNamespace = true };

        Assert.Equal((PrivilegeLevel.Basic, true), (all.Level, all.HasUselessCapabilities));
        Assert.Equal((PrivilegeLevel.Basic, false), (two.Level, two.HasUselessCapabilities));
        Assert.Equal(PrivilegeLevel.None, new Capabilities(SysPtrace, SeccompFiltered: false) { InUserNamespace = true }.Level);
        AssertFound(PrivilegeChecks.OfCapabilities(all, isRoot: true, noNewPrivileges: false), "ok", "basic level: checkpoint and restore; in this user namespace");
        Assert.StartsWith("hostUsers: true", PrivilegeChecks.OutsideUserNamespaces(PrivilegeChecks.FullYaml)!, StringComparison.Ordinal);
        Assert.Equal(PrivilegeChecks.BasicYaml, PrivilegeChecks.OutsideUserNamespaces(PrivilegeChecks.BasicYaml));
        Assert.Null(PrivilegeChecks.OutsideUserNamespaces(null));
    }

    [Fact]
    public void The_finding_says_how_far_the_clock_would_go_back()
    {
        AssertFound(PrivilegeChecks.OfClock(PrivilegeLevel.Full, true, null), "ok", "continues");
        AssertFound(PrivilegeChecks.OfClock(PrivilegeLevel.Full, false, null), "warning", "CONFIG_TIME_NS");
        AssertFound(PrivilegeChecks.OfClock(PrivilegeLevel.Basic, true, TimeSpan.FromHours(-3)), "warning", "go back by 3 h");
        Assert.DoesNotContain("go back by", PrivilegeChecks.OfClock(PrivilegeLevel.Basic, true, TimeSpan.FromHours(3)).Meaning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40300, "6.18.0", false, "ok", "4.3")]
    [InlineData(40101, "6.12.0", false, "ok", "4.1.1")]
    [InlineData(40101, "6.16.3", false, "warning", "TCP or UDP")]
    [InlineData(40101, "6.16.3", true, "ok", "4.1.1")]
    [InlineData(31701, "6.1.0", true, "warning", "older than 4.1.1")]
    public void A_criu_that_is_too_old_is_a_warning_that_says_what_it_cannot_do(int version, string kernel, bool isHelped, string verdict, string part) =>
        AssertFound(CriuChecks.OfVersion(version, kernel, isHelped), verdict, part);

    [Theory]
    [InlineData(0, "Looks good.", "ok", "looks good")]
    [InlineData(1, "Error (criu/cr-check.c:160): sys/kernel/ns_last_pid sysctl is inaccessible: Read-only file system\nWarn  (x): Does not look good.", "ok", "does not need that")]
    [InlineData(1, "Error (criu/util.c:1): Unable to open the binfmt_misc file system\nError (criu/cr-check.c:2): kcmp is missing", "warning", "kcmp is missing")]
    [InlineData(1, "", "warning", "no reason")]
    [InlineData(null, "", "warning", "in time")]
    public void A_finding_of_crius_own_check_is_only_a_warning(int? code, string said, string verdict, string part) =>
        AssertFound(CriuChecks.OfOwnCheck(code, said.Split('\n')), verdict, part);

    [Theory]
    [InlineData("/data", "ok", "ext4 at /data")]
    [InlineData("/data/deeper", "ok", "ext4 at /data")]
    [InlineData("/database", "warning", "no volume")]
    [InlineData("/memory/x", "warning", "memory of this pod")]
    [InlineData("/net", "ok", "between nodes")]
    [InlineData("/four", "ok", "nfs4 at /four")]
    [InlineData("/ignored", "ok", "between nodes")]
    [InlineData("/nolock", "warning", "mount it without, or as NFSv4")]
    [InlineData("/unlocked/x", "warning", "local_lock")]
    public void A_file_system_must_keep_checkpoints_and_share_locks(string imageDir, string verdict, string part)
    {
        AssertFound(DirectoryChecks.OfFileSystem([.. s_mounts.Select(line => Mount.Parse(line)!)], imageDir), verdict, part);
    }

    [Theory]
    [InlineData("checkpoints", true, "problem", "imageDir must be an absolute path, not 'checkpoints'")]
    [InlineData("", true, "problem", "imageDir must not be empty")]
    [InlineData("/tmp/../x", false, "problem", "imageDir must not contain '..'")]
    [InlineData("/tmp/not/there", false, "ok", "does not exist yet")]
    [InlineData(null, true, "problem", "imageDir is not set")]
    [InlineData(null, false, "warning", "correct the configuration first")]
    public void A_path_that_cannot_be_an_image_directory_is_a_problem(string? imageDir, bool isAllRead, string verdict, string part) =>
        AssertFound(DirectoryChecks.OfPlace(imageDir, isAllRead), verdict, part);

    [Fact]
    public void The_finding_names_the_holder_of_the_lock()
    {
        AssertFound(DirectoryChecks.OfHolder(null), "ok", "no crik uses");
        AssertFound(DirectoryChecks.OfHolder(new LockHolder(Environment.MachineName, 1, default)), "ok", "this pod (pid 1)");
        AssertFound(DirectoryChecks.OfHolder(new LockHolder("other-0", 1, default)), "warning", "other-0");
    }

    [Fact]
    public void The_finding_about_a_pool_counts_its_slots_and_names_one_that_cannot_be_locked()
    {
        using TempDirectory temp = new();
        Directory.CreateDirectory(SlotLayout.SlotIn(temp.Path, 0));
        Directory.CreateDirectory(SlotLayout.SlotIn(temp.Path, 12));
        using ImageDirectory holder = CheckpointFixture.Reopen(SlotLayout.SlotIn(temp.Path, 12));

        AssertFound(DirectoryChecks.OfSlots(temp.Path), "ok", "1 slots are in use, and 1 are not");

        Directory.CreateDirectory(Path.Combine(SlotLayout.SlotIn(temp.Path, 0), "lock"));
        AssertFound(DirectoryChecks.OfSlots(temp.Path), "problem", "slots/0/lock is no plain file");
    }

    [Fact]
    public void Space_and_speed_are_compared_with_the_memory_of_the_program()
    {
        AssertFound(DirectoryChecks.OfSpace(1 << 30, 0), "ok", "1 GiB");
        AssertFound(DirectoryChecks.OfSpace(1 << 30, 1 << 20), "ok", "the program has 1 MiB");
        AssertFound(DirectoryChecks.OfSpace(1 << 20, 1 << 30), "problem", "larger volume");
        AssertFound(SyncSpeed.Judge(100 << 20, s_policy, 0), "ok", "100 MiB/s: about 2.2 GiB");
        Finding slow = SyncSpeed.Judge(10 << 20, s_policy, 1 << 30);
        AssertFound(slow, "warning", "raise gracePeriod");
        Assert.Contains("terminationGracePeriodSeconds: 214", slow.Yaml, StringComparison.Ordinal);
        TerminationPolicy limited = new CrikOptions { NodeShutdownGracePeriod = TimeSpan.FromSeconds(15) }.Termination;
        AssertFound(SyncSpeed.Judge(100 << 20, limited, 1 << 30), "ok", "and 1.1 GiB into those of the 15 s");
        AssertFound(SyncSpeed.Judge(100 << 20, limited, 2L << 30), "warning", "before a node shuts down");
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_a_problem_and_a_measurement_leaves_no_file()
    {
        using TempDirectory temp = new();

        AssertFound(SyncSpeed.Measure(temp.Path, s_policy, 0), "ok", "synced at");
        AssertFound(SyncSpeed.Measure(temp.In("none"), s_policy, 0), "problem", "No such file");
        Assert.Empty(Directory.EnumerateFileSystemEntries(temp.Path));
    }

    [Theory]
    [InlineData(PrivilegeChecks.BasicYaml)]
    [InlineData(PrivilegeChecks.FullYaml)]
    [InlineData(PrivilegeChecks.SetpcapYaml)]
    [InlineData(PrivilegeChecks.UnconfinedYaml)]
    [InlineData(PrivilegeChecks.EscalationYaml)]
    [InlineData(ProgramChecks.HideYaml)]
    [InlineData(ProgramChecks.ShareYaml)]
    [InlineData(DirectoryChecks.VolumeYaml)]
    [InlineData(DirectoryChecks.GroupYaml)]
    [InlineData(DirectoryChecks.WritableYaml)]
    public void Each_advice_is_valid_YAML(string yaml)
    {
        YamlStream documents = [];
        documents.Load(new StringReader(yaml));

        Assert.IsType<YamlMappingNode>(Assert.Single(documents.Documents).RootNode);
    }

    [Fact]
    public void The_report_is_a_table_for_people_and_JSON_for_programs()
    {
        CheckReport report = new(
        [
            Finding.Ok("first", "fine"), new Finding("second", Verdict.Warning, string.Join(' ', Enumerable.Repeat("word", 40)), "a: 1\nb: 2"),
            new Finding("third", Verdict.Problem, "bad\e[2J"),
        ]);

        string[] lines = report.Table().Split('\n');
        JsonElement json = JsonDocument.Parse(report.Json()).RootElement;

        Assert.Equal("ok       first           fine", lines[0]);
        Assert.StartsWith("warning  second          word word", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("                         word", lines[2], StringComparison.Ordinal);
        Assert.Contains("                           b: 2", lines);
        Assert.Contains("problem  third           bad?[2J", lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 125));
        Assert.False(report.CheckpointsWork);
        Assert.False(json.GetProperty("works").GetBoolean());
        Assert.Equal(["ok", "warning", "problem"], json.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("result").GetString()));
        Assert.True(new CheckReport([Finding.Ok("a", "b"), new Finding("c", Verdict.Warning, "d")]).CheckpointsWork);
    }

    private static void AssertFound(Finding found, string verdict, string part)
    {
        Assert.Equal(verdict, found.VerdictName);
        Assert.Contains(part, found.Meaning, StringComparison.Ordinal);
    }
}
