using Crik.Configuration;
using Crik.Contracts;
using Crik.Init;
using Crik.Nodes;
using Crik.Run;
using Crik.Save;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;
using Crik.Tests.Save;
using Signal = Crik.Linux.Signal;

namespace Crik.Tests.Run;

public sealed class ProgramRunTests : IDisposable
{
    private const int KilledByTerm = Signal.SIGTERM; // a wait status (waitpid(2))
    private static readonly RunRecord s_restored = SaveFixture.Run with { RestoredFrom = SaveFixture.Older, State = SaveFixture.Older, EarlyEnds = 2 };
    private readonly RunFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(0, "Exited", SaveFixture.Older)]
    [InlineData(3 << 8, "Exited", SaveFixture.Older)]
    [InlineData(Signal.SIGKILL, "Lost", 0)] // the kernel may have killed it for its memory
    public void The_end_of_a_program_that_ends_by_itself_is_recorded_and_makes_its_checkpoints_history(int waitStatus, string kind, int historyUpTo)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu());
        Assert.Null(_fixture.Record.End);
        _fixture.EndWhenAwaited(waitStatus);

        RunEnding ending = run.UntilTheEnd(() => null);

        Assert.Equal(new RunEnding.Ended(ExitStatus.FromWaitStatus(waitStatus)), ending);
        Assert.Equal((kind, historyUpTo), (_fixture.Record.End!.Kind.ToString(), _fixture.Record.HistoryUpTo));
        Assert.Empty(_fixture.Init.Failures);
    }

    [Fact]
    public void At_SIGTERM_a_checkpoint_is_committed_and_recorded_and_the_program_gets_no_SIGTERM()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good));

        RunEnding ending = run.UntilTheEnd(() => Terminate(run));

        Assert.IsType<RunEnding.Checkpointed>(ending);
        Assert.Equal((RunEndKind.Checkpointed, _fixture.Termination.CheckpointExitCode), (_fixture.Record.End!.Kind, _fixture.Record.End.ExitCode));
        Assert.Equal([SaveFixture.Older + 1], _fixture.Generations);
        Assert.False(_fixture.WasTerminated);
        Assert.True(_fixture.Program.HasExited);
    }

    [Theory]
    [InlineData(0, "Exited", SaveFixture.Older)] // it has saved its state itself, and older memory would undo that
    [InlineData(KilledByTerm, "Lost", 0)]
    [InlineData(3 << 8, "Lost", 0)]
    public void After_a_checkpoint_that_failed_the_program_gets_its_SIGTERM_and_its_end_decides_what_the_next_start_does(int waitStatus, string kind, int historyUpTo)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Bad, RunFixture.Bad));
        _fixture.Init.WhenWaiting = () => EndIfTerminated(waitStatus);

        RunEnding ending = run.UntilTheEnd(() => Terminate(run));

        Assert.IsType<RunEnding.Ended>(ending);
        Assert.Single(_fixture.Init.Sent, sent => sent == (_fixture.Program.Pid, Signal.SIGTERM));
        Assert.Equal((kind, historyUpTo), (_fixture.Record.End!.Kind.ToString(), _fixture.Record.HistoryUpTo));
        Assert.Equal([SaveFixture.Older], _fixture.Generations);
    }

    [Fact]
    public void After_a_checkpoint_that_leaves_it_running_the_program_runs_on_and_no_end_is_recorded()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good), Hooks() with { AfterCheckpoint = "upload" });
        _fixture.Init.WhenStarted = hook => hook.NoteEnd(0);

        SaveOutcome outcome = run.CheckpointAndGoOn(CheckpointReason.Interval, "why");

        int made = Assert.IsType<SaveOutcome.Committed>(outcome).Generation;
        Assert.Null(_fixture.Record.End);
        Assert.Equal([made], _fixture.Generations); // only one is kept
        Assert.Contains($"CHECKPOINT_GENERATION={made}", _fixture.Init.Starts.Single().Environment!);
        Assert.Equal(("running", made), (run.Status(null, null).State, run.Status(null, null).LastCheckpoint));
        Assert.False(_fixture.Program.HasExited);
        Assert.False(_fixture.WasTerminated);
    }

    [Fact]
    public void A_checkpoint_that_fails_while_the_program_runs_changes_nothing_but_what_status_reports()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Bad, RunFixture.Bad), Hooks() with { AfterCheckpoint = "upload" });

        SaveOutcome outcome = run.CheckpointAndGoOn(CheckpointReason.Interval, "why");

        Assert.Equal(Assert.IsType<SaveOutcome.Failed>(outcome).Reason, run.Status(null, null).LastFailure);
        Assert.Null(_fixture.Record.End);
        Assert.Equal([SaveFixture.Older], _fixture.Generations);
        Assert.Empty(_fixture.Init.Starts);
        Assert.False(_fixture.WasTerminated);
    }

    [Fact]
    public void What_became_of_a_checkpoint_is_counted_at_once_and_is_in_the_record_also_if_the_run_vanishes()
    {
        int changes = 0;
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good, RunFixture.Bad, RunFixture.Bad), changed: () => changes++);

        run.CheckpointAndGoOn(CheckpointReason.Order, "why");
        RunTotals totals = _fixture.Record.Totals!;
        Assert.Equal((1, 0, SaveFixture.Older + 1), (totals.Checkpoints((int)CheckpointResult.Committed, (int)CheckpointReason.Order), totals.LastMs(0), totals.Generation));
        Assert.True(totals is { LastCheckpointMs: > 0 } && totals.Bytes(2) > 0, "when it was made, and the size of the file that it includes");
        Assert.Equal(2, changes); // it began, and it is done

        run.CheckpointAndGoOn(CheckpointReason.Signal, "why");
        totals = _fixture.Record.Totals!;
        Assert.Equal((1, SaveFixture.Older + 1), (totals.Checkpoints((int)CheckpointResult.Failed, (int)CheckpointReason.Signal), totals.Generation));
        Assert.True(totals.LastMs((int)RunProblem.CheckpointFailed) >= totals.LastCheckpointMs);
    }

    [Fact]
    public void The_last_checkpoint_of_a_run_is_in_the_record_that_the_next_one_reads()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good));

        run.UntilTheEnd(() => Terminate(run));

        Assert.Equal(1, _fixture.Record.Totals!.Checkpoints((int)CheckpointResult.Committed, (int)CheckpointReason.Sigterm));
    }

    [Fact]
    public void A_checkpoint_that_SIGTERM_interrupts_is_no_failure()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good));
        _fixture.Init.Receive(Signal.SIGTERM);

        run.CheckpointAndGoOn(CheckpointReason.Interval, "why");
        _fixture.EndWhenAwaited(0);
        run.UntilTheEnd(() => null);

        RunTotals totals = _fixture.Record.Totals!;
        Assert.Equal((1, 0), (totals.Checkpoints((int)CheckpointResult.Interrupted, (int)CheckpointReason.Interval), totals.LastMs((int)RunProblem.CheckpointFailed)));
    }

    [Theory]
    [InlineData(false, 0, "Exited")]
    [InlineData(false, 3 << 8, "Exited")]
    [InlineData(true, 0, "Exited")] // it has saved its state itself, and older memory would undo that
    [InlineData(true, KilledByTerm, "Lost")]
    public void When_crik_itself_fails_the_program_s_end_is_recorded_all_the_same(bool isAsked, int waitStatus, string kind)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu());
        InvalidOperationException bug = new("a bug");
        _fixture.Init.WhenWaiting = () =>
        {
            Assert.Same(bug, _fixture.Init.Failures.Single());
            if (isAsked)
            {
                _fixture.Init.Receive(Signal.SIGTERM); // the init sends it to the program
            }

            _fixture.Program.NoteEnd(waitStatus);
        };

        RunEnding ending = run.UntilTheEnd(() => throw bug);

        Assert.Equal(new RunEnding.Ended(ExitStatus.FromWaitStatus(waitStatus)), ending);
        Assert.Equal(kind, _fixture.Record.End!.Kind.ToString());
    }

    [Fact]
    public void When_crik_itself_fails_after_the_program_s_last_checkpoint_was_committed_that_checkpoint_counts()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu());
        _fixture.Init.TryHoldProgram(new ChildProcess(ScriptedInit.NobodysPid), Crik.Linux.Deadline.Never);
        Assert.True(_fixture.Init.TryCommit([]) && _fixture.Init.NoteCommitted());

        RunEnding ending = run.UntilTheEnd(() => throw new InvalidOperationException("a bug"));

        Assert.IsType<RunEnding.Checkpointed>(ending);
        Assert.Equal((RunEndKind.Checkpointed, 0), (_fixture.Record.End!.Kind, _fixture.Record.HistoryUpTo));
    }

    [Theory]
    [InlineData(30, 4)] // half of the time is for the checkpoint itself
    [InlineData(2, 2)]
    public void A_hook_gets_half_of_the_time_for_the_checkpoint_and_no_more_than_hookTimeout(double hookTimeout, double seconds)
    {
        ScriptedCriu criu = new(RunFixture.Good);
        ProgramRun run = _fixture.Begin(criu, Hooks() with { BeforeCheckpoint = "sleep 1000", HookTimeout = TimeSpan.FromSeconds(hookTimeout) });

        SaveOutcome outcome = run.CheckpointAndEnd(CheckpointReason.Sigterm, "why", TimeSpan.FromSeconds(8));

        Assert.InRange(_fixture.Init.Patience[0], TimeSpan.FromSeconds(seconds * 0.75), TimeSpan.FromSeconds(seconds));
        Assert.Contains("hooks.beforeCheckpoint failed", Assert.IsType<SaveOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Empty(criu.Started);
    }

    [Fact]
    public void A_program_that_ends_during_the_hook_gets_no_checkpoint()
    {
        ScriptedCriu criu = new(RunFixture.Good);
        ProgramRun run = _fixture.Begin(criu, Hooks() with { BeforeCheckpoint = "sync", WhenHookFails = WhenHookFails.GoOn });
        _fixture.EndWhenAwaited(0);

        Assert.Equal("the program ended", Assert.IsType<SaveOutcome.Failed>(run.CheckpointAndEnd(CheckpointReason.Sigterm, "why", TimeSpan.FromMinutes(1))).Reason);
        Assert.Empty(criu.Started);
    }

    [Fact]
    public void A_checkpoint_soon_after_a_restore_repeats_the_state_that_was_restored()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good), restored: s_restored, settlesAt: Crik.Linux.Deadline.In(TimeSpan.FromHours(1)));

        run.UntilTheEnd(() => Terminate(run));

        Assert.Equal(SaveFixture.Older, _fixture.StateOf(SaveFixture.Older + 1));
        Assert.Equal((SaveFixture.Older, 2, true), (_fixture.Record.State, _fixture.Record.EarlyEnds, _fixture.Record.End!.AfterSigterm));
    }

    [Fact]
    public void A_restored_program_that_has_run_for_settleTime_begins_a_state_of_its_own()
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good), restored: s_restored, settlesAt: Crik.Linux.Deadline.In(TimeSpan.Zero));

        run.CheckpointAndGoOn(CheckpointReason.Interval, "why");

        Assert.Equal(SaveFixture.Older + 1, _fixture.StateOf(SaveFixture.Older + 1));
        Assert.Equal((null, 0), (_fixture.Record.State, _fixture.Record.EarlyEnds)); // also if the run vanishes now
    }

    [Theory]
    [InlineData(1, SaveFixture.Older)]
    [InlineData(0, null)]
    public void The_end_of_a_restored_run_tells_whether_it_came_early(int hours, int? state)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(), restored: s_restored, settlesAt: Crik.Linux.Deadline.In(TimeSpan.FromHours(hours)));
        _fixture.EndWhenAwaited(3 << 8);

        run.UntilTheEnd(() => null);

        Assert.Equal((state, false), (_fixture.Record.State, _fixture.Record.End!.AfterSigterm));
    }

    [Theory]
    [InlineData(NodeState.ShuttingDown, 15)]
    [InlineData(NodeState.Cordoned, 30)]
    public void The_init_s_clock_goes_by_the_answer_with_which_the_checkpoint_is_planned(NodeState state, int seconds)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good));
        using NodeWatch node = NodeWatch.Start(new FixedSource(state));

        run.UntilTheEnd(() => Terminate(run, node));

        Assert.Equal(TimeSpan.FromSeconds(seconds), _fixture.Init.PlannedPeriod);
    }

    [Theory]
    [InlineData(true, 15)]
    [InlineData(false, 30)]
    public void An_ordered_checkpoint_is_planned_with_what_the_node_says_now_and_does_not_wait_for_a_node_that_says_nothing(bool answers, int seconds)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu(RunFixture.Good));
        using NodeWatch node = NodeWatch.Start(new LateSource(answers));
        Assert.True(SpinWait.SpinUntil(() => node.Latest.State == NodeState.Ready, TimeSpan.FromSeconds(60)));

        RunEnding ending = run.UntilTheEnd(() => Terminate(run, node, isOrdered: true));

        Assert.IsType<RunEnding.Checkpointed>(ending);
        Assert.Equal(TimeSpan.FromSeconds(seconds), _fixture.Init.PlannedPeriod);
    }

    private SaveOutcome? Terminate(ProgramRun run, NodeWatch? node = null, bool isOrdered = false)
    {
        _fixture.Init.Receive(Signal.SIGTERM);
        return new Termination(_fixture.Init, _fixture.Termination with { NodeShutdownGracePeriod = TimeSpan.FromSeconds(15) }, run).Run(node, isOrdered);
    }

    private void EndIfTerminated(int waitStatus)
    {
        if (_fixture.WasTerminated)
        {
            _fixture.Program.NoteEnd(waitStatus);
        }
    }

    private static HookPolicy Hooks() => new CrikOptions { WhenHookFails = WhenHookFails.GiveUp }.Hooks;

    private sealed class FixedSource(NodeState state) : NodeSource
    {
        public override string Name => "a source";

        public override bool ClocksAgree => false;

        public override NodeAnswer Ask(Crik.Linux.Deadline deadline, int stop = -1) => new(state, "why");
    }

    /// <summary>Says once that all is well, and tells only who asks again that the node shuts down, or tells nobody.</summary>
    private sealed class LateSource(bool answers) : NodeSource
    {
        public override string Name => "a source";

        public override bool ClocksAgree => false;

        public override NodeAnswer Ask(Crik.Linux.Deadline deadline, int stop = -1) =>
            answers ? new(NodeState.ShuttingDown, "why") : throw new HttpException("no answer");

        public override NodeAnswer AskForChange(NodeAnswer known, int stop)
        {
            if (known.IsKnown)
            {
                Crik.Linux.Libc.Poll([new() { Descriptor = stop, Events = Crik.Linux.Libc.POLLIN }], -1);
            }

            return new(NodeState.Ready, "why");
        }
    }
}
