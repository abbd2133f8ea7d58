namespace Crik.Init;

/// <summary>The stages of a save that the init must know. The init and the run agree on the stage, so that only one of them decides.</summary>
internal enum SavePhase
{
    /// <summary>No save holds the program.</summary>
    None,

    /// <summary>criu holds the program, and nothing is committed.</summary>
    Saving,

    /// <summary>The run is renaming the checkpoint into place.</summary>
    Committing,

    /// <summary>The checkpoint is committed, and the program is being ended with it.</summary>
    Committed,

    /// <summary>The init took the program away from criu because the run did not finish in time. Nothing may be committed any more.</summary>
    Released,
}

/// <summary>
/// Decides who has the program during a save. The run must win <see cref="TryCommit"/> before it commits, and the init must win
/// <see cref="TryRelease"/> before it lets the program go, so a program never runs on beside a checkpoint that ends it.
/// The caller holds the lock. Times are in milliseconds of <see cref="Environment.TickCount64"/>.
/// </summary>
internal sealed class SaveGuard
{
    public SavePhase Phase { get; private set; }

    /// <summary>The criu that the last save was begun with.</summary>
    public ChildProcess? Criu { get; private set; }

    /// <summary>The tasks that are stopped for the commit.</summary>
    public int[] Held { get; private set; } = [];

    /// <summary>When the init releases the program, if the run has not finished by then.</summary>
    public long ReleaseAt { get; private set; } = long.MaxValue;

    public bool IsHeld => Phase is SavePhase.Saving or SavePhase.Committing;

    /// <summary>The program belongs to a save, or to the committed checkpoint that ends it.</summary>
    public bool HasProgram => IsHeld || Phase == SavePhase.Committed;

    public void Begin(ChildProcess criu, long releaseAt) => (Phase, Criu, ReleaseAt, Held) = (SavePhase.Saving, criu, releaseAt, []);

    public bool TryCommit(int[] held)
    {
        bool isMine = Phase == SavePhase.Saving;
        (Phase, Held) = isMine ? (SavePhase.Committing, held) : (Phase, Held);
        return isMine;
    }

    /// <returns><see langword="false"/> when the init has released the program meanwhile: the commit has to be undone.</returns>
    public bool NoteCommitted()
    {
        bool isMine = Phase == SavePhase.Committing;
        Phase = isMine ? SavePhase.Committed : Phase;
        return isMine;
    }

    /// <summary>The run has let the program go itself. A commit that ended the program stays.</summary>
    public void End()
    {
        Phase = Phase == SavePhase.Committed ? Phase : SavePhase.None;
        ReleaseAt = long.MaxValue;
    }

    public bool TryRelease()
    {
        bool wasHeld = IsHeld;
        Phase = wasHeld ? SavePhase.Released : Phase;
        ReleaseAt = long.MaxValue;
        return wasHeld;
    }
}
