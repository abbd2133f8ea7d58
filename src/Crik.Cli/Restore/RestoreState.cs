namespace Crik.Restore;

/// <summary>Tells how far criu is with a restore.</summary>
internal enum RestoreState
{
    /// <summary>criu is making the tree. If criu ends now, the tree ends too.</summary>
    Making,

    /// <summary>The tree is complete and stopped, and criu has checked everything.</summary>
    Complete,

    /// <summary>criu is letting the tasks run.</summary>
    Resuming,
}
