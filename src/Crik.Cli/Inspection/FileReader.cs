using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>
/// Reads which files each process has open, in words: the tables of descriptors, and <c>files.img</c>, which they lead to.
/// </summary>
internal sealed class FileReader
{
    /// <summary>The names of the kinds of open files, by <see cref="FileKind"/>.</summary>
    private static readonly string[] s_kinds =
    [
        "unknown", "file", "pipe", "fifo", "inet", "unix", "eventfd", "epoll", "inotify", "signalfd", "packet", "tty", "fanotify", "netlink",
        "namespace", "tun", "external", "timerfd", "memfd", "bpfmap", "pidfd",
    ];

    private readonly ImageSet _images;
    private readonly Dictionary<uint, StdioLink> _streams;
    private readonly Dictionary<uint, SavedFile[]> _tables = [];
    private readonly Dictionary<uint, SavedFile> _files = [];
    private readonly Dictionary<uint, string> _terminals = [];
    private readonly Dictionary<uint, Memory> _memories = [];
    private readonly HashSet<uint> _deleted = [];

    /// <param name="streams">The container's streams, by the ids of their open files.</param>
    public FileReader(ImageSet images, Dictionary<uint, StdioLink> streams)
    {
        (_images, _streams) = (images, streams);
        ReadIfThere(images, ImageName.Terminals, message => _terminals[new TerminalEntry(message).Id] = Describe(new TerminalEntry(message)));
        ReadIfThere(images, ImageName.MemoryFiles, message => _memories[new MemoryInodeEntry(message).Id] = Describe(new MemoryInodeEntry(message)));
        ReadIfThere(images, ImageName.DeletedFiles, message => _deleted.Add(new DeletedFileEntry(message).File));
        images.Read(ImageName.OpenFiles, Describe, mayBeEmpty: true);
    }

    /// <summary>Finds the path of a plain file.</summary>
    public string? PathOf(uint id) => Find(id) is { Kind: "file" } file ? file.What : null;

    /// <summary>Finds the id of the shared memory that a file in memory consists of; 0 when the file is of another kind.</summary>
    public ulong FindSharedMemory(ulong id) => Find((uint)id)?.SharedMemory ?? 0;

    /// <param name="table">The id of a table of descriptors; processes may share one.</param>
    public SavedFile[] ReadTable(uint table)
    {
        if (!_tables.TryGetValue(table, out SavedFile[]? files))
        {
            files = _images.Read(ImageName.Descriptors(table), ReadEntries, mayBeEmpty: true);
            _tables.Add(table, files);
        }

        return files;
    }

    private SavedFile[] ReadEntries(List<byte[]> messages)
    {
        SavedFile[] files = new SavedFile[messages.Count];
        for (int i = 0; i < files.Length; i++)
        {
            DescriptorEntry entry = new(messages[i]);
            SavedFile file = Find(entry.File)
                ?? throw new InvalidDataException($"the descriptor {entry.Descriptor} leads to the open file {entry.File}, which is not in files.img");
            files[i] = file with { Descriptor = entry.Descriptor, Stream = _streams.GetValueOrDefault(entry.File)?.Stream ?? -1 };
        }

        return [.. files.OrderBy(file => file.Descriptor)];
    }

    /// <summary>Finds an open file; it has no descriptor yet.</summary>
    private SavedFile? Find(uint id) => _files.GetValueOrDefault(id);

    private int Describe(List<byte[]> messages)
    {
        // Plain files come first: a FIFO is known by the path of one, which may be behind it in the image.
        foreach (byte[] message in messages.OrderBy(message => new OpenFileEntry(message).Kind != FileKind.Regular))
        {
            OpenFileEntry entry = new(message);
            _files[entry.Id] = Describe(entry);
        }

        return messages.Count;
    }

    private SavedFile Describe(OpenFileEntry entry)
    {
        FileKind number = entry.Kind;
        string kind = number < (FileKind)s_kinds.Length ? s_kinds[(int)number] : s_kinds[0];
        return number switch
        {
            FileKind.Regular => new(kind, entry.Regular.Path + (_deleted.Contains(entry.Id) ? " (deleted)" : ""), Access(entry.Regular.Flags)),
            FileKind.Pipe => new(kind, $"pipe:{entry.Pipe.Pipe}", Access(entry.Pipe.Flags)),
            FileKind.Fifo => new(kind, Find(entry.Fifo.File)?.What ?? $"fifo:{entry.Fifo.Pipe}"),
            FileKind.Terminal => new(kind, _terminals.GetValueOrDefault(entry.Terminal.Terminal, $"terminal {entry.Terminal.Terminal}"), Access(entry.Terminal.Flags)),
            FileKind.MemoryFile => Describe(kind, entry.MemoryFile),
            FileKind.InetSocket => Describe(entry.InetSocket),
            FileKind.UnixSocket => Describe(entry.UnixSocket),
            FileKind.EventCounter => new(kind, $"counter {entry.EventCounter.Counter}"),
            FileKind.EventPoll => new(kind, $"{entry.EventPoll.Watched} watched"),
            FileKind.Inotify => new(kind, $"{entry.Inotify.Watched} watched"),
            FileKind.Process => new(kind, $"process {entry.Process.Process}"),
            FileKind.NetlinkSocket => new(kind, $"protocol {entry.NetlinkSocket.Protocol}"),
            _ => new(kind, kind == s_kinds[0] ? $"kind {(ulong)number}" : ""),
        };
    }

    private SavedFile Describe(string kind, MemoryFileEntry file)
    {
        Memory? memory = _memories.GetValueOrDefault(file.Inode);
        return new(kind, memory?.Name ?? "", Access(file.Flags)) { SharedMemory = memory?.Shared ?? 0 };
    }

    private static Memory Describe(MemoryInodeEntry memory) => new($"{memory.Name}, {memory.Size} bytes", memory.SharedMemory);

    private static string Describe(TerminalEntry terminal) =>
        terminal.PseudoTerminal is { } number ? $"/dev/pts/{number}"
        : terminal.IsControlling ? "/dev/tty" : $"terminal {terminal.Id}";

    private static SavedFile Describe(InetSocketEntry socket)
    {
        string protocol = socket.Protocol switch { 1 => "icmp", 6 => "tcp", 17 => "udp", 58 => "icmp6", uint other => $"ip{other}" };
        string local = Address(socket.Source, socket.SourcePort);
        string peer = Address(socket.Peer, socket.PeerPort);
        return new(protocol, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(socket.State, protocol == "tcp"), local, peer));
    }

    private static SavedFile Describe(UnixSocketEntry socket)
    {
        ReadOnlySpan<byte> bytes = socket.Name;
        string name = bytes is [0, ..] ? $"@{Encoding.UTF8.GetString(bytes[1..])}" : Encoding.UTF8.GetString(bytes);
        string local = name.TrimEnd('\0') is { Length: > 0 } path ? path : $"socket:{socket.Inode}";
        string peer = socket.Peer == 0 ? "" : $"socket:{socket.Peer}";
        string kind = socket.Type switch { 2 => "unix-dgram", 5 => "unix-seqpacket", _ => "unix" };
        return new(kind, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(socket.State, true), local, peer));
    }

    /// <param name="hasStates">The protocol knows connections; others use two of the numbers for sockets with a peer and without one.</param>
    private static string State(uint state, bool hasStates) => state switch
    {
        1 => hasStates ? "established" : "connected",
        2 => "connecting",
        7 => hasStates ? "closed" : "open",
        10 => "listening",
        _ => $"state {state}",
    };

    /// <summary>Writes an address and a port; nothing when the socket has neither.</summary>
    private static string Address(byte[] address, uint port) => address.Length switch
    {
        4 or 16 when port == 0 && address.AsSpan().IndexOfAnyExcept((byte)0) < 0 => "",
        4 or 16 => InterfaceAddress.Text(address, port),
        _ => "",
    };

    /// <param name="flags">The flags of open(2).</param>
    private static string Access(uint flags) => (flags & 3) switch { 0 => "r", 1 => "w", _ => "rw" };

    private static void ReadIfThere(ImageSet images, string name, Action<byte[]> read)
    {
        if (!images.Has(name))
        {
            return;
        }

        images.Read(
            name,
            messages =>
            {
                messages.ForEach(read);
                return messages.Count;
            },
            mayBeEmpty: true);
    }

    /// <summary>A file in memory, and the shared memory it consists of.</summary>
    private sealed record Memory(string Name, ulong Shared);
}
