namespace Crik;

/// <summary>The exit codes of crik itself. Every other code is the program's own, or 128+N when signal N ended it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>SIGTERM came before the program ran; as in a shell.</summary>
    public const int Terminated = 128 + 15;

    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.CheckFailed or FailureKind.NotReady => 1,
        FailureKind.Configuration or FailureKind.Usage => 64, // EX_USAGE of sysexits.h
        FailureKind.CheckpointNotRestored => 123,
        FailureKind.Locked => 124,
        FailureKind.ProgramNotExecutable => 126, // as in a shell
        FailureKind.ProgramNotFound => 127, // as in a shell
        _ => 125,
    };
}
