using Crik.Init;

namespace Crik.Restore;

/// <summary>The result of trying all checkpoints at a start.</summary>
internal abstract record RestoredProgram
{
    private RestoredProgram()
    {
    }

    /// <param name="Missing">The pages that still have to be loaded, when the program was restored lazily.</param>
    public sealed record Running(ChildProcess Program, int Generation, MissingPages? Missing) : RestoredProgram;

    /// <summary>SIGTERM came during the restore.</summary>
    public sealed record Interrupted : RestoredProgram;

    /// <summary>No checkpoint was restored, so the caller has to start the program afresh.</summary>
    /// <param name="GivesUpNothing">Whether no checkpoint is left that a later start could restore.</param>
    public sealed record Fresh(bool GivesUpNothing) : RestoredProgram;
}
