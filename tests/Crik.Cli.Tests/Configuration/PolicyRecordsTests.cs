using System.Reflection;
using Crik.Configuration;
using Crik.Contracts;

namespace Crik.Tests.Configuration;

/// <summary>Tests the small records that crik's parts take instead of all options.</summary>
public sealed class PolicyRecordsTests
{
    private static readonly CrikOptions s_unusual = new()
    {
        ImageDir = "/images",
        ImageDirSlots = 13,
        AdditionalPaths = ["/a"],
        InotifyIncompatiblePaths = ["/b"],
        MetricsFile = "/m",
        GhostLimit = 1,
        ContainerFilesLimit = 2,
        ShareSysvMemory = true,
        ChecksumPages = true,
        Compression = Compression.Lz4,
        Keep = 3,
        RestoreAttempts = 4,
        WhenRestoreFails = WhenRestoreFails.StartFresh,
        WhenIncompatible = WhenIncompatible.TryAnyway,
        WhenClockJumps = WhenClockJumps.Fail,
        WhenVolumeFilesChanged = WhenVolumeFilesChanged.Fail,
        WhenProgramChanged = WhenProgramChanged.Fail,
        MaxAge = TimeSpan.FromSeconds(4),
        LazyPages = LazyPages.Always,
        RestoredFile = "/c",
        RestoreMode = RestoreMode.Always,
        WhenCrashed = WhenCrashed.StartFresh,
        RestoreLimit = 11,
        SettleTime = TimeSpan.FromSeconds(12),
        LockTimeout = TimeSpan.FromSeconds(5),
        IoUring = IoUring.Allow,
        GracePeriod = TimeSpan.FromSeconds(6),
        NodeShutdownGracePeriod = TimeSpan.FromSeconds(3),
        NodeStateTimeout = TimeSpan.FromSeconds(7),
        WhenNodeStateUnknown = WhenNodeStateUnknown.Forward,
        CheckpointOn = [NodeState.Gone],
        CheckpointExitCode = 8,
        CheckpointInterval = TimeSpan.FromSeconds(10),
        CheckpointOnWarning = true,
        BeforeCheckpoint = "d",
        AfterCheckpoint = "e",
        AfterRestore = "f",
        OnNodeWarning = "g",
        WhenHookFails = WhenHookFails.GiveUp,
        HookTimeout = TimeSpan.FromSeconds(9),
        NodeStateSource = NodeStateSource.Gce,
        NodeStateServerUrl = new Uri("http://h"),
        NodeStateTokenFile = "/i",
        NodeStateServerCaFile = "/n",
        NodeName = "j",
        PodName = "k",
        PodNamespace = "l",
        CheckpointOnDisruption = false,
    };

    [Fact]
    public void Every_policy_has_the_values_of_the_options_it_was_made_from()
    {
        object[] policies = [s_unusual.Save!, s_unusual.Restore, s_unusual.Start, s_unusual.Checkpoints, s_unusual.Termination, s_unusual.Hooks, s_unusual.Node];
        foreach (object policy in policies)
        {
            foreach (PropertyInfo property in policy.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                PropertyInfo option = typeof(CrikOptions).GetProperty(property.Name)!;
                object? value = property.GetValue(policy);

                Assert.Equal((property.Name, option.GetValue(s_unusual)), (property.Name, value));
                Assert.NotEqual((property.Name, option.GetValue(new CrikOptions())), (property.Name, value));
            }
        }
    }

    [Theory]
    [InlineData(120, 0, 0, 120, 120)]
    [InlineData(120, 15, 0, 120, 15)]
    [InlineData(10, 15, 0, 10, 10)] // the kubelet takes the shorter one
    [InlineData(120, 0, 5, 115, 115)]
    [InlineData(120, 15, 5, 115, 10)]
    [InlineData(120, 15, 30, 90, 2)] // the kubelet leaves two seconds
    [InlineData(1, 0, 0, 1, 1)]
    public void Between_SIGTERM_and_SIGKILL_there_is_what_the_node_and_the_preStop_hook_leave(int period, int onShutdown, int preStop, int usually, int whenShuttingDown)
    {
        TerminationPolicy policy = new CrikOptions
        {
            GracePeriod = TimeSpan.FromSeconds(period),
            NodeShutdownGracePeriod = TimeSpan.FromSeconds(onShutdown),
            PreStopTime = TimeSpan.FromSeconds(preStop),
        }.Termination;

        Assert.Equal((usually, whenShuttingDown), (policy.GracePeriod.TotalSeconds, policy.NodeShutdownGracePeriod.TotalSeconds));
    }

    [Fact]
    public void Without_an_image_directory_there_is_nothing_to_save() => Assert.Null(new CrikOptions().Save);

    [Fact]
    public void No_default_gives_up_saved_state_of_the_same_program()
    {
        RestorePolicy restore = new CrikOptions().Restore;

        Assert.NotEqual(WhenRestoreFails.StartFresh, restore.WhenRestoreFails);
        Assert.NotEqual(WhenIncompatible.StartFresh, restore.WhenIncompatible);
        Assert.NotEqual(WhenClockJumps.StartFresh, restore.WhenClockJumps);
        Assert.NotEqual(WhenVolumeFilesChanged.StartFresh, restore.WhenVolumeFilesChanged);
        Assert.NotEqual(WhenCrashed.StartFresh, new CrikOptions().Start.WhenCrashed);
    }
}
