using Crik.Init;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Decides what the end of a program means for its checkpoints.</summary>
internal static class RunEndDecision
{
    /// <param name="wantedCheckpoint">Whether the program got SIGTERM because its last checkpoint failed, or could not begin in time.</param>
    public static RunEndKind Decide(ExitStatus exit, bool wantedCheckpoint) => exit switch
    {
        { Signal: Signal.SIGKILL } => RunEndKind.Lost,

        // A program that handles SIGTERM and reports success has saved what it wants to keep. Restoring older memory would undo that.
        { Code: 0, Signal: 0 } => RunEndKind.Exited,
        _ => wantedCheckpoint ? RunEndKind.Lost : RunEndKind.Exited,
    };
}
