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

    private readonly Dictionary<uint, byte[]> _entries;
    private readonly HashSet<uint> _deleted;
    private readonly Dictionary<uint, byte[]> _terminals;
    private readonly Dictionary<uint, byte[]> _memories;

    public FileDescriber(ImageSet images)
    {
        _entries = ById(images, "files.img", 2);
        _terminals = ByIdIfThere(images, "tty-info.img", 1);
        _memories = ByIdIfThere(images, "memfd.img", 7);
        _deleted = [.. ByIdIfThere(images, "remap-fpath.img", 1).Keys];
    }

    public string? PathOf(uint id) => _entries.TryGetValue(id, out byte[]? entry) ? Path(id, ProtoReader.FindBytes(entry, 3)) : null;

    /// <exception cref="InvalidDataException">There is no such file.</exception>
    public SavedFile Describe(int descriptor, uint id)
    {
        if (!_entries.TryGetValue(id, out byte[]? entry))
        {
            throw new InvalidDataException($"descriptor {descriptor} leads to file {id}, which is not in files.img");
        }

        ulong type = ProtoReader.FindNumber(entry, 1);
        (string kind, int field) = type < (ulong)s_kinds.Length ? s_kinds[type] : s_kinds[0];
        ReadOnlySpan<byte> file = ProtoReader.FindBytes(entry, field);
        string Number(string label, ReadOnlySpan<byte> of, int at) => $"{label}{ProtoReader.FindNumber(of, at)}";
        return kind switch
        {
            "file" => new(descriptor, kind, Path(id, file) ?? "?", Access(file, 2), null),
            "pipe" => new(descriptor, kind, Number("pipe:", file, 2), Access(file, 3), null),
            "fifo" => new(descriptor, kind, PathOf((uint)ProtoReader.FindNumber(file, 3)) ?? Number("fifo:", file, 2), "", null),
            "tty" => new(descriptor, kind, Terminal((uint)ProtoReader.FindNumber(file, 2)), Access(file, 3), null),
            "memfd" => new(descriptor, kind, Memory((uint)ProtoReader.FindNumber(file, 5)), Access(file, 2), null),
            "inet" => Inet(descriptor, file),
            "unix" => Unix(descriptor, file),
            "eventfd" => new(descriptor, kind, Number("counter ", file, 4), "", null),
            "epoll" => new(descriptor, kind, $"{ProtoReader.Count(file, 4)} watched", "", null),
            "inotify" => new(descriptor, kind, $"{ProtoReader.Count(file, 5)} left to criu", "", null),
            "pidfd" => new(descriptor, kind, Number("process ", file, 4), "", null),
            "netlink" => new(descriptor, kind, Number("protocol ", file, 3), "", null),
            "unknown" => new(descriptor, kind, $"kind {type}", "", null),
            _ => new(descriptor, kind, Number("", entry, 2), "", null),
        };
    }

    private string? Path(uint id, ReadOnlySpan<byte> regular)
    {
        string name = Encoding.UTF8.GetString(ProtoReader.FindBytes(regular, 6));
        return name.Length == 0 ? null : _deleted.Contains(id) ? $"{name} (deleted)" : name;
    }

    private string Terminal(uint id) =>
        !_terminals.TryGetValue(id, out byte[]? terminal) ? $"terminal {id}"
        : ProtoReader.FindBytes(terminal, 12) is { IsEmpty: false } pty ? $"/dev/pts/{ProtoReader.FindNumber(pty, 1)}"
        : ProtoReader.FindNumber(terminal, 2) == 4 ? "/dev/tty" : $"terminal {id}";

    private string Memory(uint id) => _memories.TryGetValue(id, out byte[]? memory)
        ? $"{Encoding.UTF8.GetString(ProtoReader.FindBytes(memory, 1))}, {ProtoReader.FindNumber(memory, 4)} bytes"
        : $"memory {id}";

    private static SavedFile Inet(int descriptor, ReadOnlySpan<byte> socket)
    {
        string protocol = ProtoReader.FindNumber(socket, 5) switch { 1 => "icmp", 6 => "tcp", 17 => "udp", 58 => "icmp6", ulong other => $"ip{other}" };
        string state = State(ProtoReader.FindNumber(socket, 6), protocol == "tcp");
        string local = Address(socket, 11, 7);
        string peer = Address(socket, 12, 8);
        return new(descriptor, protocol, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(state, local, peer));
    }

    private static SavedFile Unix(int descriptor, ReadOnlySpan<byte> socket)
    {
        ulong type = ProtoReader.FindNumber(socket, 3);
        ReadOnlySpan<byte> bytes = ProtoReader.FindBytes(socket, 11);
        string name = bytes is [0, ..] ? $"@{Encoding.UTF8.GetString(bytes[1..])}" : Encoding.UTF8.GetString(bytes);
        string local = name.TrimEnd('\0') is { Length: > 0 } path ? path : $"socket:{ProtoReader.FindNumber(socket, 2)}";
        ulong peerNumber = ProtoReader.FindNumber(socket, 8);
        string peer = peerNumber == 0 ? "" : $"socket:{peerNumber}";
        string kind = type switch { 2 => "unix-dgram", 5 => "unix-seqpacket", _ => "unix" };
        return new(descriptor, kind, peer.Length > 0 ? $"{local} -> {peer}" : local, "", new SavedSocket(State(ProtoReader.FindNumber(socket, 4), true), local, peer));
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

    private static Dictionary<uint, byte[]> ById(ImageSet images, string name, int idField) => images.Read(
        name,
        messages =>
        {
            Dictionary<uint, byte[]> found = [];
            foreach (byte[] message in messages)
            {
                found[(uint)ProtoReader.FindNumber(message, idField)] = message;
            }

            return found;
        },
        mayBeEmpty: true);

    private static Dictionary<uint, byte[]> ByIdIfThere(ImageSet images, string name, int idField) =>
        images.Has(name) ? ById(images, name, idField) : [];
}
