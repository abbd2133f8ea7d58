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

    /// <summary>Empty when it is not in the images, as with a zombie's.</summary>
    public string[] Command { get; set; } = [];

    /// <summary>Bytes of its address space.</summary>
    public long MappedBytes { get; set; }

    /// <summary>Bytes of memory of its own that were saved.</summary>
    public long SavedBytes { get; set; }

    /// <summary>Bytes of shared memory it can see that were saved; other processes may see the same.</summary>
    public long SharedBytes { get; set; }

    public SavedFile[] Files { get; set; } = [];

    public List<SavedTask> Children { get; } = [];

    /// <summary>It is nobody's child here.</summary>
    public bool IsRoot { get; set; }
}

/// <summary>An open file of a process.</summary>
/// <param name="kind">file, pipe, tcp, unix, tty…</param>
/// <param name="what">Its path, or what it is otherwise known by.</param>
/// <param name="access">r, w or rw; empty where it makes no difference.</param>
/// <param name="socket">For a socket.</param>
internal sealed class SavedFile(string kind, string what, string access, SavedSocket? socket)
{
    public string Kind => kind;

    public string What => what;

    public string Access => access;

    public SavedSocket? Socket => socket;

    /// <summary>The id of the shared memory that it consists of, 0 for none.</summary>
    public ulong SharedMemory { get; init; }

    /// <summary>Its number in that process.</summary>
    public int Descriptor { get; private init; }

    /// <summary>Which of the container's own streams it is, -1 for none: crik connects it to the new pod's.</summary>
    public int Stream { get; private init; } = -1;

    public SavedFile As(int descriptor, int stream) => new(kind, what, access, socket) { Descriptor = descriptor, Stream = stream };

    /// <summary>An inotify descriptor, and what it watches.</summary>
    public SavedFile Watching(string paths) => new(kind, paths, access, socket) { Descriptor = Descriptor, Stream = Stream };
}

internal sealed class SavedSocket(string state, string local, string peer)
{
    public string State => state;

    public string Local => local;

    public string Peer => peer;
}

/// <summary>A mount of a tree that has a mount namespace of its own.</summary>
internal sealed class SavedMount(string point, string type, string source, bool isExternal)
{
    public string Point => point;

    public string Type => type;

    public string Source => source;

    public bool IsExternal => isExternal;
}
