namespace Crik.Criu.Images;

/// <summary>An open file in <c>files.img</c>: its kind, its id, and one inner message for what its kind has.</summary>
/// <remarks>file_entry of criu's images/fdinfo.proto.</remarks>
internal readonly ref struct OpenFileEntry(ReadOnlySpan<byte> message)
{
    private const int KindField = 1;
    private const int IdField = 2;
    private const int RegularField = 3;
    private const int InetSocketField = 4;
    private const int UnixSocketField = 16;

    private readonly ReadOnlySpan<byte> _message = message;

    public FileKind Kind => (FileKind)ProtoReader.FindNumber(_message, KindField);

    public uint Id => (uint)ProtoReader.FindNumber(_message, IdField);

    public RegularFileEntry Regular => new(ProtoReader.FindBytes(_message, RegularField));

    public InetSocketEntry InetSocket => new(ProtoReader.FindBytes(_message, InetSocketField));

    public NetlinkSocketEntry NetlinkSocket => new(ProtoReader.FindBytes(_message, 7));

    public EventCounterEntry EventCounter => new(ProtoReader.FindBytes(_message, 8));

    public EventPollEntry EventPoll => new(ProtoReader.FindBytes(_message, 9));

    public InotifyEntry Inotify => new(ProtoReader.FindBytes(_message, 13));

    public UnixSocketEntry UnixSocket => new(ProtoReader.FindBytes(_message, UnixSocketField));

    public FifoEntry Fifo => new(ProtoReader.FindBytes(_message, 17));

    public PipeEntry Pipe => new(ProtoReader.FindBytes(_message, 18));

    public TerminalFileEntry Terminal => new(ProtoReader.FindBytes(_message, 19));

    public MemoryFileEntry MemoryFile => new(ProtoReader.FindBytes(_message, 20));

    public ProcessFileEntry Process => new(ProtoReader.FindBytes(_message, 22));

    public static byte[] OfRegular(uint id, byte[] regular) =>
        new ProtoWriter().Number(KindField, (long)FileKind.Regular).Number(IdField, id).Bytes(RegularField, regular).ToArray();

    public byte[] WithRegular(byte[] regular) => ChangedMessage.WithBytes(_message, RegularField, regular);

    public byte[] WithInetSocket(byte[] socket) => ChangedMessage.WithBytes(_message, InetSocketField, socket);

    public byte[] WithUnixSocket(byte[] socket) => ChangedMessage.WithBytes(_message, UnixSocketField, socket);
}

/// <summary>The kinds of open files that crik tells apart.</summary>
/// <remarks>fd_types of criu's images/fdinfo.proto.</remarks>
internal enum FileKind : ulong
{
    Regular = 1,
    Pipe = 2,
    Fifo = 3,
    InetSocket = 4,
    UnixSocket = 5,
    EventCounter = 6,
    EventPoll = 7,
    Inotify = 8,
    Terminal = 11,
    NetlinkSocket = 13,
    MemoryFile = 18,
    Process = 20,
}

/// <remarks>netlink_sk_entry of criu's images/sk-netlink.proto.</remarks>
internal readonly struct NetlinkSocketEntry(ReadOnlySpan<byte> message)
{
    public uint Protocol { get; } = (uint)ProtoReader.FindNumber(message, 3);
}

/// <summary>A counter that eventfd(2) made.</summary>
/// <remarks>eventfd_file_entry of criu's images/eventfd.proto.</remarks>
internal readonly struct EventCounterEntry(ReadOnlySpan<byte> message)
{
    public ulong Counter { get; } = ProtoReader.FindNumber(message, 4);
}

/// <summary>An epoll instance, which epoll_create(2) made.</summary>
/// <remarks>eventpoll_file_entry of criu's images/eventpoll.proto.</remarks>
internal readonly struct EventPollEntry(ReadOnlySpan<byte> message)
{
    /// <summary>How many descriptors it watches.</summary>
    public int Watched { get; } = ProtoReader.Count(message, 4);
}

/// <summary>An inotify instance, which inotify_init(2) made.</summary>
/// <remarks>inotify_file_entry of criu's images/fsnotify.proto.</remarks>
internal readonly struct InotifyEntry(ReadOnlySpan<byte> message)
{
    /// <summary>How many files it watches.</summary>
    public int Watched { get; } = ProtoReader.Count(message, 5);
}

/// <summary>An end of a named pipe.</summary>
/// <remarks>fifo_entry of criu's images/fifo.proto.</remarks>
internal readonly struct FifoEntry(ReadOnlySpan<byte> message)
{
    public uint Pipe { get; } = (uint)ProtoReader.FindNumber(message, 2);

    /// <summary>The id of the open file that has its path.</summary>
    public uint File { get; } = (uint)ProtoReader.FindNumber(message, 3);
}

/// <remarks>pipe_entry of criu's images/pipe.proto.</remarks>
internal readonly struct PipeEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The inode of the pipe, which both of its ends have.</summary>
    public uint Pipe { get; } = (uint)ProtoReader.FindNumber(message, 2);

    /// <summary>The flags of open(2).</summary>
    public uint Flags { get; } = (uint)ProtoReader.FindNumber(message, 3);
}

/// <remarks>tty_file_entry of criu's images/tty.proto.</remarks>
internal readonly struct TerminalFileEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The id of the terminal in <c>tty-info.img</c>.</summary>
    public uint Terminal { get; } = (uint)ProtoReader.FindNumber(message, 2);

    /// <summary>The flags of open(2).</summary>
    public uint Flags { get; } = (uint)ProtoReader.FindNumber(message, 3);
}

/// <summary>A descriptor of a process, which pidfd_open(2) made.</summary>
/// <remarks>pidfd_entry of criu's images/pidfd.proto.</remarks>
internal readonly struct ProcessFileEntry(ReadOnlySpan<byte> message)
{
    public int Process { get; } = (int)ProtoReader.FindNumber(message, 4);
}

/// <summary>An open file that has no path any more, in <c>remap-fpath.img</c>.</summary>
/// <remarks>remap_file_path_entry of criu's images/remap-file-path.proto.</remarks>
internal readonly struct DeletedFileEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The id of the open file.</summary>
    public uint File { get; } = (uint)ProtoReader.FindNumber(message, 1);

    /// <summary>What a restore puts in the place of the file: the id of an image or of another open file.</summary>
    public uint Replacement { get; } = (uint)ProtoReader.FindNumber(message, 2);

    public ReplacementKind Kind { get; } = (ReplacementKind)ProtoReader.FindNumber(message, 3);
}

/// <summary>What a restore puts in the place of a file that has no path any more.</summary>
/// <remarks>remap_type of criu's images/remap-file-path.proto.</remarks>
internal enum ReplacementKind : ulong
{
    /// <summary>A hard link that criu made to the file.</summary>
    Link = 0,

    /// <summary>A new file with the contents of <c>ghost-file-N.img</c>.</summary>
    Image = 1,

    /// <summary>A file of a process that has ended, for which criu starts another process with its number.</summary>
    EndedProcess = 2,
}
