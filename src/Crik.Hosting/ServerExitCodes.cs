namespace Crik.Hosting;

/// <summary>The exit codes of the servers.</summary>
public static class ServerExitCodes
{
    /// <summary>The command line, a variable or a file is wrong.</summary>
    public const int Misconfigured = 64;

    /// <summary>The server could not start, for example because a port is taken, or one of its parts failed.</summary>
    public const int Failed = 125;
}
