using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

public sealed class InitStateTests
{
    private const int ProgramPid = 301;
    private const int CheckpointSignal = 12;
    private const int UserSignal = 10;

    private readonly List<(int Pid, int Signal, ulong? Value)> _sent = [];
    private readonly ChildProcess _criu = new(ScriptedInit.NobodysPid);
    private readonly InitState _state;

    public InitStateTests()
    {
        _state = new InitState(CheckpointSignal, (pid, signal, value) =>
        {
            _sent.Add((pid, signal, value));
            return 0;
        });
    }

    [Fact]
    public void The_time_of_the_first_SIGTERM_counts()
    {
        Receive(Signal.SIGTERM, now: 100);
        Receive(Signal.SIGTERM, now: 200);

        Assert.Equal(100, _state.TerminatedAt);
    }

    [Fact]
    public void SIGTERM_is_held_until_the_run_has_decided()
    {
        StartProgram();
        Receive(Signal.SIGTERM, now: 100);
        Assert.Empty(_sent);
        Assert.False(_state.WasTerminated);

        _state.Terminate();

        Assert.Equal([(ProgramPid, Signal.SIGTERM, null)], _sent);
        Assert.True(_state.WasTerminated);
    }

    [Fact]
    public void After_the_decision_SIGTERM_is_an_ordinary_signal_and_crik_sends_no_second_one()
    {
        StartProgram();
        _state.Terminate();
        _state.Terminate();
        Assert.Single(_sent);

        Receive(Signal.SIGTERM, now: 300);

        Assert.Equal(2, _sent.Count);
        Assert.Null(_state.TerminatedAt);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)] // the program ended before, by itself
    public void It_is_known_whether_the_init_had_to_end_the_program_by_itself(bool runWasFirst, bool hasEnded, bool hadTo)
    {
        ChildProcess program = StartProgram();
        Assert.False(_state.HadToTerminate);
        if (hasEnded)
        {
            program.NoteEnd(1 << 8);
        }

        _state.Terminate(byRun: runWasFirst);
        _state.Terminate(byRun: !runWasFirst);

        Assert.Equal(hadTo, _state.HadToTerminate);
    }

    [Fact]
    public void A_plain_init_forwards_SIGTERM_at_once()
    {
        _state.ForwardTermination();
        StartProgram();

        Receive(Signal.SIGTERM, now: 100);

        Assert.Equal([(ProgramPid, Signal.SIGTERM, null)], _sent);
        Assert.False(_state.WasTerminated);
    }

    [Fact]
    public void Signals_that_came_before_the_program_are_forwarded_in_their_order()
    {
        Receive(Signal.SIGHUP);
        Receive(UserSignal);
        Receive(Signal.SIGHUP);
        Assert.Empty(_sent);

        StartProgram();

        Assert.Equal([Signal.SIGHUP, UserSignal], _sent.Select(sent => sent.Signal));
        StartProgram();
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public void SIGTERM_waits_for_a_program_that_has_not_started_yet()
    {
        _state.Terminate();
        Assert.Empty(_sent);

        StartProgram();

        Assert.Equal([(ProgramPid, Signal.SIGTERM, null)], _sent);
    }

    [Fact]
    public void Signals_are_kept_back_during_a_save()
    {
        StartProgram();
        BeginSave();
        Receive(UserSignal);
        Receive(UserSignal);
        Receive(40);
        Receive(40);
        Assert.Empty(_sent);

        _state.EndSave();

        Assert.Equal([UserSignal, 40, 40], _sent.Select(sent => sent.Signal));
    }

    [Fact]
    public void At_the_deadline_the_program_gets_what_was_kept_back_and_then_its_SIGTERM()
    {
        StartProgram();
        BeginSave();
        Receive(UserSignal);

        _state.Release();
        _state.Terminate();
        Receive(Signal.SIGHUP);

        Assert.Equal([UserSignal, Signal.SIGTERM, Signal.SIGHUP], SentToProgram());
    }

    [Fact]
    public void A_program_that_the_init_let_go_gets_its_signals_although_the_run_still_hangs()
    {
        StartProgram();
        BeginSave();
        Receive(UserSignal);

        _state.Release();
        Receive(Signal.SIGHUP);

        Assert.Equal([UserSignal, Signal.SIGHUP], SentToProgram());
    }

    [Fact]
    public void Real_time_signals_queue_up_with_their_values_and_have_a_limit()
    {
        for (ulong value = 0; value < 300; value++)
        {
            _state.Receive(new ReceivedSignal(40, Libc.SI_QUEUE, 7, value), 1);
        }

        StartProgram();

        Assert.Equal(Enumerable.Range(0, 256).Select(value => (ulong?)value), _sent.Select(sent => sent.Value));
    }

    [Fact]
    public void A_value_that_did_not_come_with_the_signal_is_not_passed_on()
    {
        StartProgram();

        _state.Receive(new ReceivedSignal(UserSignal, Code: 0, SenderPid: 7, Value: 9), 1);

        Assert.Equal([(ProgramPid, UserSignal, null)], _sent);
    }

    [Fact]
    public void The_checkpoint_signal_orders_a_checkpoint_once_and_is_not_forwarded()
    {
        StartProgram();
        Receive(CheckpointSignal);
        Receive(CheckpointSignal);

        Assert.Empty(_sent);
        Assert.True(_state.CheckpointRequested);
        Assert.True(_state.TakeCheckpointRequest());
        Assert.False(_state.TakeCheckpointRequest());
        Assert.False(_state.CheckpointRequested);
    }

    [Fact]
    public void Signals_that_crik_caused_itself_are_dropped()
    {
        StartProgram();
        _state.Discard(SignalSet.Of(Signal.SIGHUP));
        Receive(Signal.SIGHUP);
        Receive(UserSignal);
        _state.Discard(SignalSet.Empty);
        Receive(Signal.SIGHUP);

        Assert.Equal([UserSignal, Signal.SIGHUP], _sent.Select(sent => sent.Signal));
    }

    [Fact]
    public void SIGCHLD_is_not_forwarded()
    {
        StartProgram();
        Receive(Signal.SIGCHLD);

        Assert.Empty(_sent);
    }

    [Fact]
    public void A_program_that_ended_gets_no_signals()
    {
        ChildProcess program = StartProgram();
        program.NoteEnd(0);
        Receive(UserSignal);
        _state.Terminate();

        Assert.Empty(_sent);
    }

    [Fact]
    public void A_release_wakes_criu_and_the_tasks_that_were_held_once()
    {
        StartProgram();
        BeginSave();
        Assert.True(_state.TryCommit([301, 302]));

        Assert.Same(_criu, _state.Release());
        Assert.Null(_state.Release());

        Assert.Equal([(_criu.Pid, Signal.SIGCONT, null), (301, Signal.SIGCONT, null), (302, Signal.SIGCONT, null)], _sent);
        Assert.False(_state.NoteCommitted());
        Assert.Equal(long.MaxValue, _state.ReleaseAt);
    }

    [Fact]
    public void A_release_signals_the_tasks_but_not_a_criu_that_has_ended_because_another_process_may_have_its_number()
    {
        StartProgram();
        BeginSave();
        Assert.True(_state.TryCommit([301]));
        _criu.NoteEnd(9);

        _state.Release();

        Assert.Equal([(301, Signal.SIGCONT, null)], _sent);
    }

    [Fact]
    public void A_program_that_has_had_its_SIGTERM_is_not_saved_any_more()
    {
        StartProgram();
        _state.Terminate();

        Assert.False(_state.TryBeginSave(_criu, releaseAt: 1000));
        Assert.False(_state.TryCommit([301]));
        Assert.Equal(long.MaxValue, _state.ReleaseAt);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_program_that_a_save_has_gets_no_SIGTERM(bool isCommitting, bool isCommitted)
    {
        StartProgram();
        Assert.True(_state.TryBeginSave(_criu, releaseAt: 1000));
        Assert.Equal(isCommitting, isCommitting && _state.TryCommit([]));
        Assert.Equal(isCommitted, isCommitted && _state.NoteCommitted());

        _state.Terminate();

        Assert.Empty(_sent);
        Assert.False(_state.WasTerminated);
        _state.Release();
        _state.Terminate();
        Assert.Equal(!isCommitted, _sent.Contains((ProgramPid, Signal.SIGTERM, null)));
    }

    [Fact]
    public void Nothing_is_released_after_the_commit_or_without_a_save()
    {
        Assert.Null(_state.Release());
        _state.TryBeginSave(_criu, releaseAt: 1000);
        _state.TryCommit([301]);
        Assert.True(_state.NoteCommitted());

        Assert.Null(_state.Release());

        Assert.Empty(_sent);
        _state.EndSave();
        Assert.Equal(SavePhase.Committed, _state.Phase);
    }

    [Fact]
    public void A_child_that_ended_before_it_was_registered_is_marked_as_ended()
    {
        _state.BeginStart();
        Assert.False(_state.NoteEnd(500, 3 << 8));
        ChildProcess child = new(500);
        _state.EndStart(child);

        Assert.Equal(new ExitStatus(3, 0), child.Exit);
        Assert.False(_state.NoteEnd(500, 0));
    }

    private void Receive(int signal, long now = 1) => _state.Receive(new ReceivedSignal(signal, Code: 0, SenderPid: 7, Value: 0), now);

    private void BeginSave() => Assert.True(_state.TryBeginSave(_criu, releaseAt: 1000));

    private int[] SentToProgram() => [.. _sent.Where(sent => sent.Pid == ProgramPid).Select(sent => sent.Signal)];

    private ChildProcess StartProgram()
    {
        ChildProcess program = new(ProgramPid);
        _state.SetProgram(program);
        return program;
    }
}
