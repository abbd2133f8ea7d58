using System.Net;
using System.Text;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>Says in words what an entry of <c>files.img</c> is (images/fdinfo.proto, and one .proto for each kind).</summary>
internal sealed class FileDescriber
{
    /// <summary>Kinds by criu's number (enum fd_types), and the field of the entry that has the particulars.</summary>
    private static readonly (string Name, int Field)[] s_kinds =
    [
        ("unknown", 0), ("file", 3), ("pipe", 18), ("fifo", 17), ("inet", 4), ("unix", 16), ("eventfd", 8), ("epoll", 9), ("inotify", 13), ("signalfd", 10),
        ("packet", 6), ("tty", 19), ("fanotify", 14), ("netlink", 7), ("namespace", 5), ("tun", 11), ("external", 15), ("timerfd", 12), ("memfd", 20),
        ("bpfmap", 21), ("pidfd", 22),
    ];

    private readonly Dictionary<uint, SavedFile> _files = [];
    private readonly Dictionary<uint, string> _terminals;
    private readonly Dictionary<uint, Memory> _memories;
    private readonly Dictionary<uint, string> _deleted;

    public FileDescriber(ImageSet images)
    {
        _terminals = ById(images, "tty-info.img", 1, Terminal);
        _memories = ById(images, "memfd.img", 7, message => new Memory($"{Text(message, 1)}, {ProtoReader.FindNumber(message, 4)} bytes", ProtoReader.FindNumber(message, 5)));
        _deleted = ById(images, "remap-fpath.img", 1, _ => " (deleted)");
        images.Read("files.img", Describe, mayBeEmpty: true);
    }

    /// <summary>As an open file without a descriptor.</summary>
    public SavedFile? Find(uint id) => _files.GetValueOrDefault(id);

    /// <summary>The id of the shared memory that a file in memory consists of; 0 when it is none.</summary>
    public ulong FindSharedMemory(ulong id) => _files.GetValueOrDefault((uint)id)?.SharedMemory ?? 0;

    private int Describe(List<byte[]> messages)
    {
        // Plain files first: a FIFO is known by the path of one, which may come later.
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (byte[] entry in messages)
            {
                ulong type = ProtoReader.FindNumber(entry, 1);
                if ((type == 1) == (pass == 0))
                {
                    uint id = (uint)ProtoReader.FindNumber(entry, 2);
                    _files[id] = Describe(id, type, entry);
                }
            }
        }

        return messages.Count;
    }

    private SavedFile Describe(uint id, ulong type, ReadOnlySpan<byte> entry)
    {
        (string kind, int field) = type < (ulong)s_kinds.Length ? s_kinds[type] : s_kinds[0];
        ReadOnlySpan<byte> file = ProtoReader.FindBytes(entry, field);
        switch (kind)
        {
            case "file":
                return Of(kind, Text(file, 6) + _deleted.GetValueOrDefault(id), Access(file, 2));
            case "pipe":
                return Of(kind, $"pipe:{ProtoReader.FindNumber(file, 2)}", Access(file, 3));
            case "fifo":
                return Of(kind, Find((uint)ProtoReader.FindNumber(file, 3))?.What ?? $"fifo:{ProtoReader.FindNumber(file, 2)}");
            case "tty":
                uint terminal = (uint)ProtoReader.FindNumber(file, 2);
                return Of(kind, _terminals.GetValueOrDefault(terminal, $"terminal {terminal}"), Access(file, 3));
            case "memfd":
                Memory? memory = _memories.GetValueOrDefault((uint)ProtoReader.FindNumber(file, 5));
                return new SavedFile(kind, memory?.Name ?? "", Access(file, 2), null) { SharedMemory = memory?.Shared ?? 0 };
            case "inet":
                return Inet(file);
            case "unix":
                return Unix(file);
            case "eventfd":
                return Of(kind, $"counter {ProtoReader.FindNumber(file, 4)}");
            case "epoll":
                return Of(kind, $"{ProtoReader.Count(file, 4)} watched");
            case "inotify":
                return Of(kind, $"{ProtoReader.Count(file, 5)} watched");
            case "pidfd":
                return Of(kind, $"process {ProtoReader.FindNumber(file, 4)}");
            case "netlink":
                return Of(kind, $"protocol {ProtoReader.FindNumber(file, 3)}");
            case "unknown":
                return Of(kind, $"kind {type}");
            default:
                return Of(kind, "");
        }
    }

    private static SavedFile Of(string kind, string what, string access = "", SavedSocket? socket = null) => new(kind, what, access, socket);

    private static string Terminal(byte[] terminal) =>
        ProtoReader.FindBytes(terminal, 12) is { IsEmpty: false } pty ? $"/dev/pts/{ProtoReader.FindNumber(pty, 1)}"
        : ProtoReader.FindNumber(terminal, 2) == 4 ? "/dev/tty" : $"terminal {ProtoReader.FindNumber(terminal, 1)}";

    private static SavedFile Inet(ReadOnlySpan<byte> socket)
    {
        string protocol = ProtoReader.FindNumber(socket, 5) switch { 1 => "icmp", 6 => "tcp", 17 => "udp", 58 => "icmp6", ulong other => $"ip{other}" };
        string state = State(ProtoReader.FindNumber(socket, 6), protocol == "tcp");
        string local = Address(socket, 11, 7);
        string peer = Address(socket, 12, 8);
        return Of(protocol, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(state, local, peer));
    }

    private static SavedFile Unix(ReadOnlySpan<byte> socket)
    {
        ulong type = ProtoReader.FindNumber(socket, 3);
        ReadOnlySpan<byte> bytes = ProtoReader.FindBytes(socket, 11);
        string name = bytes is [0, ..] ? $"@{Encoding.UTF8.GetString(bytes[1..])}" : Encoding.UTF8.GetString(bytes);
        string local = name.TrimEnd('\0') is { Length: > 0 } path ? path : $"socket:{ProtoReader.FindNumber(socket, 2)}";
        ulong peerNumber = ProtoReader.FindNumber(socket, 8);
        string peer = peerNumber == 0 ? "" : $"socket:{peerNumber}";
        string kind = type switch { 2 => "unix-dgram", 5 => "unix-seqpacket", _ => "unix" };
        return Of(kind, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(ProtoReader.FindNumber(socket, 4), true), local, peer));
    }

    /// <summary>As the kernel numbers them: include/net/tcp_states.h; sockets of other protocols use the same.</summary>
    private static string State(ulong state, bool hasStates) => state switch
    {
        1 => hasStates ? "established" : "connected",
        2 => "connecting",
        7 => hasStates ? "closed" : "open",
        10 => "listening",
        _ => $"state {state}",
    };

    /// <summary>Nothing when there is none. Addresses are words in the byte order of the network.</summary>
    private static string Address(ReadOnlySpan<byte> socket, int field, int portField)
    {
        Span<byte> address = stackalloc byte[16];
        int length = 0;
        ProtoReader reader = new(socket);
        while (reader.Next())
        {
            if (reader.Field == field && length < 16)
            {
                BitConverter.TryWriteBytes(address[length..], (uint)reader.Number);
                length += 4;
            }
        }

        ulong port = ProtoReader.FindNumber(socket, portField);
        return length switch
        {
            4 when port == 0 && address[..4].IndexOfAnyExcept((byte)0) < 0 => "",
            16 when port == 0 && address.IndexOfAnyExcept((byte)0) < 0 => "",
            4 => $"{address[0]}.{address[1]}.{address[2]}.{address[3]}:{port}",
            16 => $"[{new IPAddress(address)}]:{port}",
            _ => "",
        };
    }

    /// <summary>r, w or rw, from open(2)'s flags.</summary>
    private static string Access(ReadOnlySpan<byte> file, int field) => (ProtoReader.FindNumber(file, field) & 3) switch { 0 => "r", 1 => "w", _ => "rw" };

    private static string Text(ReadOnlySpan<byte> message, int field) => Encoding.UTF8.GetString(ProtoReader.FindBytes(message, field));

    /// <summary>What an image that need not be there says of each id.</summary>
    private static Dictionary<uint, T> ById<T>(ImageSet images, string name, int idField, Func<byte[], T> describe)
        where T : class => !images.Has(name) ? [] : images.Read(
        name,
        messages =>
        {
            Dictionary<uint, T> found = [];
            foreach (byte[] message in messages)
            {
                found[(uint)ProtoReader.FindNumber(message, idField)] = describe(message);
            }

            return found;
        },
        mayBeEmpty: true);

    /// <summary>A file in memory, and the shared memory it consists of.</summary>
    private sealed class Memory(string name, ulong shared)
    {
        public string Name => name;

        public ulong Shared => shared;
    }
}
