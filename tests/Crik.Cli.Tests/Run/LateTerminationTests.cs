using Crik.Configuration;
using Crik.Init;
using Crik.Run;
using Crik.Save;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;
using Crik.Tests.Save;

namespace Crik.Tests.Run;

/// <summary>The run was waiting for its volume, and the init sent the program its SIGTERM at the deadline.</summary>
public sealed class LateTerminationTests : IDisposable
{
    private readonly SaveFixture _fixture = new();
    private readonly ScriptedInit _init = new() { Program = new ChildProcess(ScriptedInit.NobodysPid - 1) };
    private readonly ScriptedCriu _criu = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(true, 0, 15, "Lost")]
    [InlineData(true, 1, 0, "Lost")]
    [InlineData(true, 0, 0, "Exited")] // it handled SIGTERM and saved what it wants to keep
    [InlineData(false, 0, 15, "Exited")] // the run decided that there is no checkpoint
    public void The_checkpoints_stay_valid_unless_the_program_saved_its_state_itself(bool byInit, int code, int signal, string kind)
    {
        ProgramRun run = MakeRun();
        SendTermination(byInit);

        run.NoteEnd(new ExitStatus(code, signal), wantedCheckpoint: false);

        RunRecord record = _fixture.Store.ReadRunRecord()!;
        Assert.Equal(kind, record.End!.Kind.ToString());
        Assert.Equal(kind == "Lost" ? 0 : SaveFixture.Older, record.HistoryUpTo);
    }

    [Fact]
    public void No_checkpoint_is_begun_any_more()
    {
        ProgramRun run = MakeRun();
        SendTermination(byInit: true);

        SaveOutcome outcome = run.CheckpointAndEnd("why", TimeSpan.FromMinutes(1));

        Assert.Equal(SaveAttempt.LetGoByInit, Assert.IsType<SaveOutcome.Failed>(outcome).Reason);
        Assert.Empty(_fixture.Unfinished());
    }

    private void SendTermination(bool byInit)
    {
        _init.Receive(Crik.Linux.Signal.SIGTERM);
        if (byInit)
        {
            _init.TakeProgramAway();
        }
        else
        {
            _init.Terminate();
        }
    }

    private ProgramRun MakeRun()
    {
        RunJournal journal = new(_fixture.Store, SaveFixture.Run);
        CrikOptions options = new() { ImageDir = _fixture.ImageDir };
        return new ProgramRun(_fixture.Pod(_init, _criu), options, journal, new ProgramStarted(_init.Program!, ["app"]), missing: null);
    }
}
