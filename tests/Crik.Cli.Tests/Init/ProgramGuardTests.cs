using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

/// <summary>The grace period is 40 s and SIGTERM comes at 1000: the init acts by itself at 34333.</summary>
public sealed class ProgramGuardTests
{
    private const int ProgramPid = 301;
    private const int Criu = ScriptedInit.NobodysPid;
    private const int UserSignal = 10;
    private readonly List<(int Pid, int Signal)> _sent = [];
    private readonly CurrentGrace _grace = new(TimeSpan.FromSeconds(40));
    private readonly InitState _state;
    private readonly ProgramGuard _guard;
    private readonly ChildProcess _program = new(ProgramPid);

    public ProgramGuardTests()
    {
        _state = new InitState(checkpointSignal: 0, (pid, signal, _) =>
        {
            _sent.Add((pid, signal));
            return 0;
        });
        _state.SetProgram(_program);
        _guard = new ProgramGuard(_state, _grace, new InitDecision(TimeSpan.FromSeconds(30))) { HasRun = true };
    }

    [Fact]
    public void When_the_run_fails_in_a_save_criu_lets_the_program_go_and_the_program_gets_what_was_kept_back_and_its_SIGTERM()
    {
        BeginSave();
        Receive(Signal.SIGTERM);
        _state.NoteFailure();

        Assert.True(_guard.Act(1001));

        Assert.Equal([(ProgramPid, UserSignal), (Criu, Signal.SIGCONT), (ProgramPid, Signal.SIGTERM)], _sent);
        Assert.False(_guard.Act(1002));
        Assert.Equal(3, _sent.Count);
    }

    [Fact]
    public void A_SIGTERM_that_comes_after_the_run_failed_is_sent_at_once()
    {
        BeginSave();
        _state.NoteFailure();
        _guard.Act(900);
        Assert.Equal([(ProgramPid, UserSignal), (Criu, Signal.SIGCONT)], _sent);
        _sent.Clear();

        Receive(Signal.SIGTERM);
        _guard.Act(1001);

        Assert.Equal([(ProgramPid, Signal.SIGTERM)], _sent);
    }

    [Fact]
    public void While_the_run_works_the_program_gets_its_SIGTERM_at_the_deadline()
    {
        BeginSave();
        Receive(Signal.SIGTERM);
        Assert.False(_guard.Act(34_333 - 1));
        Assert.Empty(_sent);
        Assert.Equal(1, _guard.Timeout(34_333 - 1));

        Assert.True(_guard.Act(34_334));

        Assert.Equal([(ProgramPid, UserSignal), (Criu, Signal.SIGCONT), (ProgramPid, Signal.SIGTERM)], _sent);
    }

    [Theory]
    [InlineData(false, false, true)] // known before SIGTERM
    [InlineData(false, true, false)] // news after it
    [InlineData(true, true, true)]
    public void After_SIGTERM_only_the_run_changes_the_grace_period(bool byRun, bool isTerminated, bool isSet)
    {
        BeginSave();
        Receive(Signal.SIGTERM);

        Assert.Equal(isSet, _grace.Set(TimeSpan.FromSeconds(15), byRun, isTerminated));

        Assert.Equal(isSet, _guard.Act(13_501));
        Assert.Equal(isSet ? 833 : 34_333 - 13_501, _guard.Timeout(13_501)); // criu's patience goes by the same period
    }

    [Fact]
    public void News_about_the_node_do_not_change_what_the_run_has_planned()
    {
        _grace.Set(TimeSpan.FromSeconds(30), byRun: true, isTerminated: true);

        Assert.False(_grace.Set(TimeSpan.FromSeconds(15), byRun: false, isTerminated: true));
        Assert.Equal(TimeSpan.FromSeconds(30), _grace.Clock.GracePeriod);
    }

    [Fact]
    public void After_the_program_s_end_the_run_gets_time_to_record_it_unless_there_is_none_any_more()
    {
        _state.NoteFailure();
        _program.NoteEnd(0);

        Assert.Equal(EndWithoutRun.NotYet, _guard.End(2000));
        Assert.Equal(30_000, _guard.Timeout(2000));
        _guard.IsAlone = true;
        Assert.Equal(EndWithoutRun.Ended, _guard.End(2001));
    }

    private void BeginSave()
    {
        Assert.True(_state.TryBeginSave(new ChildProcess(Criu), releaseAt: long.MaxValue));
        Receive(UserSignal);
    }

    private void Receive(int signal) => _state.Receive(new ReceivedSignal(signal, Code: 0, SenderPid: 7, Value: 0), now: 1000);
}
