using Crik.Run;
using Crik.Save;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Save;

namespace Crik.Tests.Run;

/// <summary>The run was waiting for its volume, and the init sent the program its SIGTERM at the deadline.</summary>
public sealed class LateTerminationTests : IDisposable
{
    private readonly RunFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(true, 15, "Lost")]
    [InlineData(true, 1 << 8, "Lost")]
    [InlineData(true, 0, "Exited")] // it handled SIGTERM and saved what it wants to keep
    [InlineData(false, 15, "Exited")] // the run decided that there is no checkpoint
    public void The_checkpoints_stay_valid_unless_the_program_saved_its_state_itself(bool byInit, int waitStatus, string kind)
    {
        ProgramRun run = _fixture.Begin(new ScriptedCriu());
        SendTermination(byInit);
        _fixture.EndWhenAwaited(waitStatus);

        run.UntilTheEnd(() => null);

        Assert.Equal(kind, _fixture.Record.End!.Kind.ToString());
        Assert.Equal(kind == "Lost" ? 0 : SaveFixture.Older, _fixture.Record.HistoryUpTo);
    }

    [Fact]
    public void No_checkpoint_is_begun_any_more()
    {
        ScriptedCriu criu = new();
        ProgramRun run = _fixture.Begin(criu);
        SendTermination(byInit: true);

        SaveOutcome outcome = run.CheckpointAndEnd(CheckpointReason.Sigterm, "why", TimeSpan.FromMinutes(1));

        Assert.Equal(SaveAttempt.LetGoByInit, Assert.IsType<SaveOutcome.Failed>(outcome).Reason);
        Assert.Empty(criu.Started);
    }

    private void SendTermination(bool byInit)
    {
        _fixture.Init.Receive(Crik.Linux.Signal.SIGTERM);
        if (byInit)
        {
            _fixture.Init.TakeProgramAway();
        }
        else
        {
            _fixture.Init.Terminate();
        }
    }
}
