using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

public sealed class StateTrialTests
{
    private static readonly PodIdentity s_here = new("uid-1", "pod-0", "boot-1");

    [Theory]
    [InlineData(null, 0, 0, false, true)] // it vanished: the memory was used up, or SIGKILL came
    [InlineData("Checkpointed", 143, 0, true, true)] // a probe restarted the container
    [InlineData("Lost", 143, 0, true, true)] // a probe restarted the container, and no checkpoint could be made
    [InlineData("Checkpointed", 143, 0, false, false)] // somebody ordered the last checkpoint
    [InlineData("Lost", 0, 9, false, true)] // the kernel killed the program for its memory
    [InlineData("Exited", 0, 11, false, true)]
    [InlineData("Exited", 1, 0, false, true)]
    [InlineData("Exited", 0, 0, false, false)] // the program was done
    [InlineData("Incomplete", 0, 9, false, false)] // pages did not come in, which is the volume's fault
    [InlineData("RolledBack", 0, 0, false, false)]
    public void An_early_end_in_the_same_pod_counts_if_the_state_may_be_at_fault(string? kind, int exitCode, int signal, bool afterSigterm, bool counts)
    {
        RunEnd? end = kind is null ? null : new(Enum.Parse<RunEndKind>(kind), default, exitCode, signal, afterSigterm);

        Assert.Equal(new StateTrial(7, counts ? 3 : 2), StateTrial.Of(Restored(end), s_here));
    }

    [Theory]
    [InlineData("uid-2", "pod-0", "boot-1", false)] // the pod was deleted or evicted, and has a successor of the same name
    [InlineData("uid-2", "pod-0", "boot-2", false)] // the node was lost
    [InlineData("uid-1", "pod-0", "boot-2", false)] // the node was started again, and keeps its pods
    [InlineData("uid-1", "pod-0", "boot-1", true)]
    public void Another_pod_or_another_boot_tells_that_the_state_is_not_at_fault(string uid, string hostName, string bootId, bool counts)
    {
        RunEnd?[] ends = [null, new(RunEndKind.Checkpointed, default, 143, 0, AfterSigterm: true), new(RunEndKind.Lost, default, 0, 15, AfterSigterm: true)];

        Assert.All(ends, end => Assert.Equal(counts ? 3 : 2, StateTrial.Of(Restored(end), new(uid, hostName, bootId))!.EarlyEnds));
    }

    [Fact]
    public void A_program_that_dies_by_itself_counts_in_every_pod() =>
        Assert.Equal(3, StateTrial.Of(Restored(new(RunEndKind.Lost, default, 0, 9)), new("uid-2", "pod-1", "boot-2"))!.EarlyEnds);

    [Theory]
    [InlineData("pod-0", true, false)]
    [InlineData("pod-1", false, false)]
    public void Without_the_UID_of_a_pod_the_host_name_tells_and_SIGTERM_never_counts(string hostName, bool vanishedCounts, bool sigtermCounts)
    {
        PodIdentity here = new(null, hostName, "boot-1");
        RunRecord vanished = Restored(null) with { PodUid = null };
        RunRecord ended = vanished with { End = new(RunEndKind.Checkpointed, default, 143, 0, AfterSigterm: true) };

        Assert.Equal((vanishedCounts ? 3 : 2, sigtermCounts ? 3 : 2), (StateTrial.Of(vanished, here)!.EarlyEnds, StateTrial.Of(ended, here)!.EarlyEnds));
    }

    [Fact]
    public void A_healthy_run_and_a_fresh_one_leave_no_trial()
    {
        Assert.Null(StateTrial.Of(null, s_here));
        Assert.Null(StateTrial.Of(Restored(null) with { State = null }, s_here));
    }

    [Fact]
    public void Another_state_begins_with_no_early_ends()
    {
        StateTrial trial = StateTrial.Of(Restored(null), s_here)!;

        Assert.Equal((3, 0), (trial.EarlyEndsOf(7), trial.EarlyEndsOf(6)));
    }

    private static RunRecord Restored(RunEnd? end) => new()
    {
        RunId = "r",
        StartedAt = default,
        HostName = "pod-0",
        RestoredFrom = 8,
        State = 7,
        EarlyEnds = 2,
        PodUid = "uid-1",
        BootId = "boot-1",
        End = end,
    };
}
