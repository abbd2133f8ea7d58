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
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>Bytes of its address space.</summary>
    public long MappedBytes { get; set; }

    /// <summary>Bytes of memory of its own that were saved.</summary>
    public long SavedBytes { get; set; }

    /// <summary>Bytes of shared memory it can see that were saved; other processes may see the same.</summary>
    public long SharedBytes { get; set; }

    public IReadOnlyList<SavedFile> Files { get; set; } = [];
}

/// <summary>An open file of a process.</summary>
/// <param name="Kind">file, pipe, tcp, unix, tty…</param>
/// <param name="What">Its path, or what it is otherwise known by.</param>
/// <param name="Access">r, w or rw; empty where it makes no difference.</param>
/// <param name="Socket">For a socket.</param>
internal sealed record SavedFile(int Descriptor, string Kind, string What, string Access, SavedSocket? Socket)
{
    /// <summary>Which of the container's own streams it is: crik connects it to the new pod's.</summary>
    public int? Stream { get; init; }
}

internal sealed record SavedSocket(string State, string Local, string Peer);

/// <summary>A mount of a tree that has a mount namespace of its own.</summary>
internal sealed record SavedMount(string Point, string Type, string Source, bool IsExternal);
