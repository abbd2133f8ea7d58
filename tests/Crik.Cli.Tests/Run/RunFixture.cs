using Crik.Configuration;
using Crik.Criu;
using Crik.Init;
using Crik.Run;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;
using Crik.Tests.Save;

namespace Crik.Tests.Run;

/// <summary>A run of a program without processes: the init, criu and the program's tree are scripted, and the image directory is real.</summary>
internal sealed class RunFixture : IDisposable
{
    public static readonly CriuEvent[] Good =
        [CriuEvent.Version(), CriuEvent.Notifies("query-ext-files"), CriuEvent.Notifies("post-dump"), CriuEvent.Answers(CriuRequest.Dump, success: true)];

    /// <summary>A criu that fails for good.</summary>
    public static readonly CriuEvent[] Bad = [CriuEvent.Version(), new CriuEvent.Ends()];

    private readonly SaveFixture _files = new();

    public RunFixture()
    {
        Init.Program = Program;
    }

    public ScriptedInit Init { get; } = new();

    public ChildProcess Program { get; } = new(ScriptedInit.NobodysPid - 1);

    public TerminationPolicy Termination { get; } = new CrikOptions().Termination;

    /// <summary>What the next start reads.</summary>
    public RunRecord Record => _files.Store.ReadRunRecord()!;

    public IReadOnlyList<int> Generations => _files.Store.Generations();

    public int StateOf(int generation) => _files.Store.StateOf(generation);

    /// <summary>Begins a run.</summary>
    /// <param name="restored">The record of a run that was restored.</param>
    /// <param name="settlesAt">When that run counts as healthy.</param>
    public ProgramRun Begin(ScriptedCriu criu, HookPolicy? hooks = null, RunRecord? restored = null, Crik.Linux.Deadline? settlesAt = null, Action? changed = null)
    {
        RunJournal journal = new(_files.Store, restored ?? SaveFixture.Run, settlesAt ?? Crik.Linux.Deadline.Never);
        journal.Begin();
        RunPolicy policy = new(new CrikOptions().Start, new CrikOptions().Restore, _files.Policy with { Keep = 1 }, hooks ?? new CrikOptions().Hooks, Termination);
        return new ProgramRun(_files.Pod(Init, criu), policy, new ScriptedTree(Program), new ProgramStarted(Program, new(["app"], []), journal, Missing: null))
        {
            Changed = changed ?? (() => { }),
        };
    }

    public bool WasTerminated => Init.Sent.Contains((Program.Pid, Crik.Linux.Signal.SIGTERM));

    /// <summary>The program ends in this way as soon as somebody waits for that.</summary>
    public void EndWhenAwaited(int waitStatus) => Init.WhenWaiting = () => Program.NoteEnd(waitStatus);

    public void Dispose() => _files.Dispose();
}
