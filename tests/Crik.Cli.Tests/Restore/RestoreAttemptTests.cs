using System.Diagnostics;
using Crik.Linux;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

public sealed class RestoreAttemptTests : IDisposable
{
    private readonly RestoreFixture _fixture = new(1);
    private readonly ScriptedInit _init = new();
    private readonly ScriptedRestoredTree _tree;

    public RestoreAttemptTests()
    {
        _tree = new ScriptedRestoredTree(_init);
    }

    public void Dispose() => _fixture.Dispose();

    /// <summary>The tests' process stands for crik here, so its children are crik's.</summary>
    [Fact]
    public void A_lazy_attempt_that_fails_does_not_end_a_hook()
    {
        using Process hook = Process.Start("sleep", "1000");
        try
        {
            RestoreOutcome outcome = Attempt(beforeResume: () => { }).Run();

            Assert.IsType<RestoreOutcome.Failed>(outcome);
            Assert.Contains("lazy-pages", Assert.Single(_init.Starts).Command);
            Assert.False(ProcFs.IsEnding(hook.Id));
        }
        finally
        {
            hook.Kill();
        }
    }

    [Fact]
    public void A_lazy_attempt_fails_before_criu_restores_when_no_thread_can_watch_over_the_pages()
    {
        ScriptedCriu criu = new([]);

        RestoreOutcome outcome = Attempt(beforeResume: () => { }, criu, thread => throw new InsufficientMemoryException("pids.max")).Run();

        Assert.Contains("the thread that watches over the missing pages: the limit of processes (pids.max)", Assert.IsType<RestoreOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Empty(criu.Started);
        Assert.Equal(["end remains"], _tree.Steps);
    }

    [Fact]
    public void An_attempt_that_breaks_off_before_the_program_runs_has_not_restored_it()
    {
        ScriptedCriu criu = new([CriuEvent.Notifies("post-restore"), CriuEvent.Notifies("pre-resume")]);
        RestoreAttempt attempt = new(_fixture.Pod(_init, criu), _tree, Manifest(), () => throw new InvalidOperationException("nothing is left"));

        RestoreOutcome outcome = attempt.Run();

        Assert.Equal("nothing is left", Assert.IsType<RestoreOutcome.Failed>(outcome).Reason);
        Assert.Equal("end remains", _tree.Steps[^1]);
        Assert.Null(_init.Program);
    }

    private RestoreAttempt Attempt(Action beforeResume, ScriptedCriu? criu = null, Action<Thread>? startThread = null) =>
        new(_fixture.Pod(_init, criu ?? new([])), _tree, Manifest(), beforeResume) { Lazily = true, StartThread = startThread ?? (thread => thread.Start()) };

    private CheckpointManifest Manifest() => ManifestReader.Read(_fixture.Store.PathOf(1), 1);
}
