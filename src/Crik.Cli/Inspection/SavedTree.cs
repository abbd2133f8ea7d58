namespace Crik.Inspection;

/// <summary>A process in a checkpoint.</summary>
internal sealed class SavedTask(int pid)
{
    public int Pid { get; } = pid;

    public int Parent { get; init; }

    public int Group { get; init; }

    public int Session { get; init; }

    public int Threads { get; init; }

    public string Name { get; set; } = "";

    public string State { get; set; } = "";

    public bool IsDead { get; set; }

    public uint UserId { get; set; }

    public string? Executable { get; set; }

    public string? WorkingDirectory { get; set; }

    /// <summary>The arguments; empty when the images do not have them, as those of a zombie.</summary>
    public string[] Command { get; set; } = [];

    /// <summary>How many bytes of addresses it has mapped.</summary>
    public long MappedBytes { get; set; }

    /// <summary>How many bytes of the process's private memory are in the checkpoint.</summary>
    public long SavedBytes { get; set; }

    /// <summary>How many bytes of the shared memory that it has mapped are in the checkpoint; other processes may have mapped the same.</summary>
    public long SharedBytes { get; set; }

    public SavedFile[] Files { get; set; } = [];

    public List<SavedTask> Children { get; } = [];

    /// <summary>Its parent is not in the checkpoint.</summary>
    public bool IsRoot { get; set; }
}

/// <summary>An open file of a process.</summary>
/// <param name="Kind">file, pipe, tcp, unix, tty…</param>
/// <param name="What">Its path, or whatever else identifies it.</param>
/// <param name="Access">r, w or rw; empty for kinds that have no such difference.</param>
/// <param name="Socket">The addresses and the state of a socket; <see langword="null"/> for other kinds.</param>
internal sealed record SavedFile(string Kind, string What, string Access = "", SavedSocket? Socket = null)
{
    /// <summary>The id of the shared memory that it consists of; 0 for other kinds.</summary>
    public ulong SharedMemory { get; init; }

    /// <summary>The number of its descriptor in that process.</summary>
    public int Descriptor { get; init; }

    /// <summary>Which of the container's streams it is, or -1. A restore connects it to that stream of the new pod.</summary>
    public int Stream { get; init; } = -1;
}

internal sealed record SavedSocket(string State, string Local, string Peer);

/// <summary>Describes a mount of a program that has its own mount namespace.</summary>
internal sealed record SavedMount(string Point, string Type, string Source, bool IsExternal);
