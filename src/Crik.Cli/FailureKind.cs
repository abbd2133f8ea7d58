namespace Crik;

/// <summary>Tells failures apart as far as the exit code does. <see cref="Program"/> turns a kind into a code.</summary>
internal enum FailureKind
{
    /// <summary>crik could not do its work, for a reason that the message names.</summary>
    Failed,

    /// <summary>A setting is wrong, and nothing was started.</summary>
    Configuration,

    /// <summary>The command line is wrong, and nothing was started.</summary>
    Usage,

    /// <summary><c>crik check</c> found that no checkpoint can work here.</summary>
    CheckFailed,

    /// <summary><c>crik status --ready</c> found that the program does not run yet.</summary>
    NotReady,

    /// <summary>Another crik that still runs holds the image directory.</summary>
    Locked,

    /// <summary>There is a checkpoint, it was not restored, and crik must not start the program afresh.</summary>
    CheckpointNotRestored,

    /// <summary>There is a checkpoint, and the pod or the volume keeps crik from restoring it. A later start may.</summary>
    CheckpointNotRestoredNow,

    /// <summary>The program to run was not found.</summary>
    ProgramNotFound,

    /// <summary>The program to run exists and cannot be executed.</summary>
    ProgramNotExecutable,
}
