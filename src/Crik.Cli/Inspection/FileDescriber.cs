using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>Describes in words each open file in <c>files.img</c>.</summary>
internal sealed class FileDescriber
{
    /// <summary>The names of the kinds of open files, by <see cref="FileKind"/>.</summary>
    private static readonly string[] s_kinds =
    [
        "unknown", "file", "pipe", "fifo", "inet", "unix", "eventfd", "epoll", "inotify", "signalfd", "packet", "tty", "fanotify", "netlink",
        "namespace", "tun", "external", "timerfd", "memfd", "bpfmap", "pidfd",
    ];

    private readonly Dictionary<uint, SavedFile> _files = [];
    private readonly Dictionary<uint, string> _terminals = [];
    private readonly Dictionary<uint, Memory> _memories = [];
    private readonly HashSet<uint> _deleted = [];

    public FileDescriber(ImageSet images)
    {
        ReadIfThere(images, ImageName.Terminals, message => _terminals[new TerminalEntry(message).Id] = Describe(new TerminalEntry(message)));
        ReadIfThere(images, ImageName.MemoryFiles, message => _memories[new MemoryInodeEntry(message).Id] = Describe(new MemoryInodeEntry(message)));
        ReadIfThere(images, ImageName.DeletedFiles, message => _deleted.Add(new DeletedFileEntry(message).File));
        images.Read(ImageName.OpenFiles, Describe, mayBeEmpty: true);
    }

    /// <summary>Finds an open file; it has no descriptor yet.</summary>
    public SavedFile? Find(uint id) => _files.GetValueOrDefault(id);

    /// <summary>Finds the id of the shared memory that a file in memory consists of; 0 when the file is of another kind.</summary>
    public ulong FindSharedMemory(ulong id) => _files.GetValueOrDefault((uint)id)?.SharedMemory ?? 0;

    private int Describe(List<byte[]> messages)
    {
        // Plain files come first: a FIFO is known by the path of one, which may be behind it in the image.
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (byte[] message in messages)
            {
                OpenFileEntry entry = new(message);
                if ((entry.Kind == FileKind.Regular) == (pass == 0))
                {
                    _files[entry.Id] = Describe(entry);
                }
            }
        }

        return messages.Count;
    }

    private SavedFile Describe(OpenFileEntry entry)
    {
        FileKind number = entry.Kind;
        string kind = number < (FileKind)s_kinds.Length ? s_kinds[(int)number] : s_kinds[0];
        return number switch
        {
            FileKind.Regular => Of(kind, entry.Regular.Path + (_deleted.Contains(entry.Id) ? " (deleted)" : ""), Access(entry.Regular.Flags)),
            FileKind.Pipe => Of(kind, $"pipe:{entry.Pipe.Pipe}", Access(entry.Pipe.Flags)),
            FileKind.Fifo => Of(kind, Find(entry.Fifo.File)?.What ?? $"fifo:{entry.Fifo.Pipe}"),
            FileKind.Terminal => Of(kind, _terminals.GetValueOrDefault(entry.Terminal.Terminal, $"terminal {entry.Terminal.Terminal}"), Access(entry.Terminal.Flags)),
            FileKind.MemoryFile => Describe(kind, entry.MemoryFile),
            FileKind.InetSocket => Describe(entry.InetSocket),
            FileKind.UnixSocket => Describe(entry.UnixSocket),
            FileKind.EventCounter => Of(kind, $"counter {entry.EventCounter.Counter}"),
            FileKind.EventPoll => Of(kind, $"{entry.EventPoll.Watched} watched"),
            FileKind.Inotify => Of(kind, $"{entry.Inotify.Watched} watched"),
            FileKind.Process => Of(kind, $"process {entry.Process.Process}"),
            FileKind.NetlinkSocket => Of(kind, $"protocol {entry.NetlinkSocket.Protocol}"),
            _ => Of(kind, kind == s_kinds[0] ? $"kind {(ulong)number}" : ""),
        };
    }

    private static SavedFile Of(string kind, string what, string access = "", SavedSocket? socket = null) => new(kind, what, access, socket);

    private SavedFile Describe(string kind, MemoryFileEntry file)
    {
        Memory? memory = _memories.GetValueOrDefault(file.Inode);
        return new SavedFile(kind, memory?.Name ?? "", Access(file.Flags), null) { SharedMemory = memory?.Shared ?? 0 };
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
        return Of(protocol, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(socket.State, protocol == "tcp"), local, peer));
    }

    private static SavedFile Describe(UnixSocketEntry socket)
    {
        ReadOnlySpan<byte> bytes = socket.Name;
        string name = bytes is [0, ..] ? $"@{Encoding.UTF8.GetString(bytes[1..])}" : Encoding.UTF8.GetString(bytes);
        string local = name.TrimEnd('\0') is { Length: > 0 } path ? path : $"socket:{socket.Inode}";
        string peer = socket.Peer == 0 ? "" : $"socket:{socket.Peer}";
        string kind = socket.Type switch { 2 => "unix-dgram", 5 => "unix-seqpacket", _ => "unix" };
        return Of(kind, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(socket.State, true), local, peer));
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
    private sealed class Memory(string name, ulong shared)
    {
        public string Name => name;

        public ulong Shared => shared;
    }
}
