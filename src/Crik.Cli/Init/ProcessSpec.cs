namespace Crik.Init;

/// <summary>Describes a process that the init is asked to start.</summary>
/// <param name="Command">The file name, which is looked up in PATH, and the arguments.</param>
internal sealed record ProcessSpec(IReadOnlyList<string> Command)
{
    /// <summary>The environment, as <c>NAME=value</c> entries; <see langword="null"/> gives the child crik's own environment.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Which of crik's descriptors the child gets, and under which numbers. The child has crik's 0 to 2 unless they are named here.</summary>
    public IReadOnlyList<(int From, int To)> Descriptors { get; init; } = [];

    public bool NewSession { get; init; }

    /// <summary>Makes the child the leader of a new process group in crik's session, for a program that shares crik's terminal.</summary>
    public bool NewGroup { get; init; }

    /// <summary>
    /// Makes the kernel end the child first when memory runs out, and the child the leader of a new session. All that the child starts
    /// inherits this, so it must not be done to a criu that restores.
    /// </summary>
    public bool IsOfferedToOomKiller { get; init; }

    /// <summary>Makes the child ignore SIGXFSZ: after <see cref="Linux.Libc.ForbidFileWrites"/> its writes then fail instead of killing it.</summary>
    public bool SurvivesFileSizeLimit { get; init; }
}
