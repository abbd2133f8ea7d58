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
/// <param name="kind">file, pipe, tcp, unix, tty…</param>
/// <param name="what">Its path, or whatever else identifies it.</param>
/// <param name="access">r, w or rw; empty for kinds that have no such difference.</param>
/// <param name="socket">The addresses and the state of a socket; <see langword="null"/> for other kinds.</param>
internal sealed class SavedFile(string kind, string what, string access, SavedSocket? socket)
{
    public string Kind => kind;

    public string What => what;

    public string Access => access;

    public SavedSocket? Socket => socket;

    /// <summary>The id of the shared memory that it consists of; 0 for other kinds.</summary>
    public ulong SharedMemory { get; init; }

    /// <summary>The number of its descriptor in that process.</summary>
    public int Descriptor { get; private init; }

    /// <summary>Which of the container's streams it is, or -1. A restore connects it to that stream of the new pod.</summary>
    public int Stream { get; private init; } = -1;

    /// <summary>The same open file, as one process has it.</summary>
    public SavedFile As(int descriptor, int stream) => new(kind, what, access, socket) { Descriptor = descriptor, Stream = stream };

    /// <summary>The same inotify descriptor, with the paths that it watches.</summary>
    public SavedFile Watching(string paths) => new(kind, paths, access, socket) { Descriptor = Descriptor, Stream = Stream };
}

internal sealed class SavedSocket(string state, string local, string peer)
{
    public string State => state;

    public string Local => local;

    public string Peer => peer;
}

/// <summary>Describes a mount of a program that has its own mount namespace.</summary>
internal sealed class SavedMount(string point, string type, string source, bool isExternal)
{
    public string Point => point;

    public string Type => type;

    public string Source => source;

    public bool IsExternal => isExternal;
}
