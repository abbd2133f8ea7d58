using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

/// <summary>Faults of the pod and of the volume during an attempt to restore. They must not cost the checkpoint an attempt.</summary>
public sealed class PodFaultTests : IDisposable
{
    private static readonly CriuEvent[] s_restores =
        [CriuEvent.Notifies("pre-restore"), CriuEvent.Notifies("post-restore"), CriuEvent.Notifies("pre-resume"), CriuEvent.Answers(CriuRequest.Restore, success: true)];

    private static readonly CriuEvent[] s_fails = [CriuEvent.Answers(CriuRequest.Restore, success: false)];

    private readonly RestoreFixture _fixture = new(1, 2);
    private readonly ScriptedInit _init = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_fault_of_the_pod_is_no_attempt_of_the_checkpoint()
    {
        CriuEvent[] fault = [new CriuEvent.Meanwhile(() => _fixture.WriteRestoreLog(2, "Can't fork for 301: File exists")), .. s_fails];

        AssertRestored(2, new([CriuEvent.Version(), .. fault], s_fails, s_restores));
    }

    [Fact]
    public void A_fault_of_the_pod_that_lasts_keeps_the_checkpoint_and_ends_crik()
    {
        int waits = 0;
        _init.WhenWaiting = () => waits++;
        CriuEvent[] fault = [new CriuEvent.Meanwhile(() => _fixture.WriteRestoreLog(2, "Can't fork for 301: File exists")), .. s_fails];
        ScriptedCriu criu = new([[CriuEvent.Version(), .. fault]]);
        criu.WhenStarting = () => criu.Plan(new ScriptedSession(fault));

        CheckpointException exception = Assert.Throws<CheckpointException>(() => Run(criu, TimeSpan.FromSeconds(1)));

        Assert.Contains("this pod is at fault", exception.Message, StringComparison.Ordinal);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
        Assert.True(waits > 0);
    }

    [Theory]
    [InlineData(Errno.EAGAIN)]
    [InlineData(Errno.EMFILE)]
    [InlineData(Errno.ENFILE)]
    [InlineData(Errno.ENOMEM)]
    [InlineData(Errno.ENOSPC)]
    [InlineData(Errno.EDQUOT)]
    [InlineData(Errno.EROFS)]
    [InlineData(Errno.EIO)]
    public void A_shortage_of_the_pod_and_a_fault_of_its_volume_are_no_attempts_of_the_checkpoint(int errno) =>
        AssertSurvives(new LinuxException("a call", errno));

    [Fact]
    public void A_criu_that_cannot_be_started_for_now_is_no_attempt_of_the_checkpoint() =>
        AssertSurvives(new CriuException("cannot run criu", []) { IsOfPod = true });

    [Fact]
    public void A_lack_of_memory_in_crik_is_no_attempt_of_the_checkpoint() => AssertSurvives(new InsufficientMemoryException());

    [Fact]
    public void An_error_that_is_not_of_the_pod_is_an_attempt_of_the_checkpoint()
    {
        RestoreOutcome restored = RunWith(new LinuxException("a call", Errno.EINVAL));

        Assert.Equal(1, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsSetAside(2));
    }

    [Fact]
    public void What_criu_wrote_need_not_be_kept_to_tell_a_fault_of_the_pod()
    {
        CriuEvent.Meanwhile fault = new(() =>
        {
            _fixture.WriteRestoreLog(2, "Can't fork for 301: File exists");
            Directory.CreateDirectory(Path.Combine(_fixture.Attempts().Single(), "criu.out"));
        });

        AssertRestored(2, new([CriuEvent.Version(), fault, .. s_fails], s_fails, s_restores));
    }

    [Fact]
    public void A_first_criu_that_cannot_be_started_for_now_ends_crik_and_keeps_the_checkpoints()
    {
        ScriptedCriu criu = new() { WhenStarting = () => throw new CriuException("cannot run criu", []) { IsOfPod = true } };

        Assert.Equal(FailureKind.Failed, Assert.Throws<CriuException>(() => Run(criu)).Kind);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
    }

    [Fact]
    public void The_end_of_another_child_that_had_the_number_of_the_root_is_not_the_end_of_the_program()
    {
        CriuEvent.Meanwhile otherEnds = new(() => _init.State.NoteEnd(RestoreFixture.RootPid, 7 << 8));

        ChildProcess program = Assert.IsType<RestoreOutcome.Restored>(Run(new([CriuEvent.Version(), otherEnds, .. s_restores]))).Program;

        Assert.False(program.HasExited);
        Assert.True(_init.State.NoteEnd(RestoreFixture.RootPid, 3 << 8));
        Assert.Equal(new ExitStatus(3, 0), program.Exit);
    }

    [Fact]
    public void The_end_of_a_program_that_ends_as_soon_as_it_runs_is_noticed()
    {
        CriuEvent.Meanwhile ends = new(() => _init.State.NoteEnd(RestoreFixture.RootPid, 3 << 8));

        RestoreOutcome restored = Run(new([CriuEvent.Version(), .. s_restores[..^1], ends, s_restores[^1]]));

        Assert.Equal(new ExitStatus(3, 0), Assert.IsType<RestoreOutcome.Restored>(restored).Program.Exit);
    }

    private void AssertSurvives(Exception exception)
    {
        Assert.Equal(2, Assert.IsType<RestoreOutcome.Restored>(RunWith(exception)).Generation);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
    }

    private void AssertRestored(int generation, ScriptedCriu criu)
    {
        Assert.Equal(generation, Assert.IsType<RestoreOutcome.Restored>(Run(criu)).Generation);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
    }

    /// <summary>criu fails once, cannot be started twice, and then restores.</summary>
    private RestoreOutcome RunWith(Exception exception)
    {
        ScriptedCriu criu = new([CriuEvent.Version(), .. s_fails], s_restores);
        int starts = 0;
        criu.WhenStarting = () =>
        {
            if (++starts is 2 or 3)
            {
                throw exception;
            }
        };
        return Run(criu);
    }

    private RestoreOutcome Run(ScriptedCriu criu, TimeSpan? longestFault = null) =>
        new RestoreProcedure(_fixture.Pod(_init, criu), _fixture.Policy, new ScriptedRestoredTree(_init), new(["app", "--flag"], []), lastEnd: null)
        {
            LongestFault = longestFault ?? TimeSpan.FromMinutes(1),
        }.Run([2, 1]);
}
