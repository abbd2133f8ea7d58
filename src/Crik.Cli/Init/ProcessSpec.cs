namespace Crik.Init;

/// <summary>What to start.</summary>
/// <param name="Command">File name, looked up in PATH, and arguments.</param>
internal sealed record ProcessSpec(IReadOnlyList<string> Command)
{
    /// <summary><c>NAME=value</c> entries; those of crik itself when not given.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Descriptors of crik and their numbers in the child; 0 to 2 are crik's own unless named here.</summary>
    public IReadOnlyList<(int From, int To)> Descriptors { get; init; } = [];

    /// <summary>The child leads a session of its own.</summary>
    public bool NewSession { get; init; }

    /// <summary>The child leads a process group of its own; for a program that shares crik's session and terminal.</summary>
    public bool NewGroup { get; init; }

    /// <summary>The child ignores SIGXFSZ, so that <see cref="Linux.Libc.ForbidFileWrites"/> ends it in good order.</summary>
    public bool SurvivesFileSizeLimit { get; init; }
}
