namespace Crik.Criu.Images;

/// <summary>The kinds of open files.</summary>
/// <remarks>fd_types of criu's images/fdinfo.proto.</remarks>
internal enum FileKind : ulong
{
    Unknown = 0,
    Regular = 1,
    Pipe = 2,
    Fifo = 3,
    InetSocket = 4,
    UnixSocket = 5,
    EventCounter = 6,
    EventPoll = 7,
    Inotify = 8,
    Signals = 9,
    PacketSocket = 10,
    Terminal = 11,
    Fanotify = 12,
    NetlinkSocket = 13,
    Namespace = 14,
    Tun = 15,
    External = 16,
    Timer = 17,
    MemoryFile = 18,
    BpfMap = 19,
    Process = 20,
}
