namespace Crik;

/// <summary>Exit codes of crik itself. Every other code is the program's own, or 128+N when signal N ended it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>`crik check` found that no checkpoint can work here.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line or the configuration is wrong; nothing was started (EX_USAGE of sysexits.h).</summary>
    public const int Usage = 64;

    /// <summary>
    /// There is a checkpoint, it could not be restored, and the configuration forbids a fresh start; or the program ran before its
    /// pages were there, and they did not come.
    /// </summary>
    public const int CheckpointNotRestored = 123;

    /// <summary>The image directory belongs to a live crik.</summary>
    public const int Locked = 124;

    /// <summary>crik itself failed.</summary>
    public const int Failure = 125;

    /// <summary>The command exists and cannot be executed, as in a shell.</summary>
    public const int NotExecutable = 126;

    /// <summary>The command was not found, as in a shell.</summary>
    public const int NotFound = 127;
}
