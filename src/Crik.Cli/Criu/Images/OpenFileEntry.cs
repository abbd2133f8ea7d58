namespace Crik.Criu.Images;

/// <summary>An open file in <c>files.img</c>: its kind, its id, and one inner message for what its kind has.</summary>
/// <remarks>file_entry of criu's images/fdinfo.proto.</remarks>
internal readonly ref struct OpenFileEntry(ReadOnlySpan<byte> message)
{
    private const int KindField = 1;
    private const int IdField = 2;
    private const int RegularField = 3;
    private const int InetSocketField = 4;
    private const int NetlinkSocketField = 7;
    private const int EventCounterField = 8;
    private const int EventPollField = 9;
    private const int InotifyField = 13;
    private const int UnixSocketField = 16;
    private const int FifoField = 17;
    private const int PipeField = 18;
    private const int TerminalField = 19;
    private const int MemoryFileField = 20;
    private const int ProcessField = 22;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Id => (uint)ProtoReader.FindNumber(_message, IdField);

    public RegularFileEntry Regular => new(ProtoReader.FindBytes(_message, RegularField));

    public InetSocketEntry InetSocket => new(ProtoReader.FindBytes(_message, InetSocketField));

    public NetlinkSocketEntry NetlinkSocket => new(ProtoReader.FindBytes(_message, NetlinkSocketField));

    public EventCounterEntry EventCounter => new(ProtoReader.FindBytes(_message, EventCounterField));

    public EventPollEntry EventPoll => new(ProtoReader.FindBytes(_message, EventPollField));

    public InotifyEntry Inotify => new(ProtoReader.FindBytes(_message, InotifyField));

    public UnixSocketEntry UnixSocket => new(ProtoReader.FindBytes(_message, UnixSocketField));

    public FifoEntry Fifo => new(ProtoReader.FindBytes(_message, FifoField));

    public PipeEntry Pipe => new(ProtoReader.FindBytes(_message, PipeField));

    public TerminalFileEntry Terminal => new(ProtoReader.FindBytes(_message, TerminalField));

    public MemoryFileEntry MemoryFile => new(ProtoReader.FindBytes(_message, MemoryFileField));

    public ProcessFileEntry Process => new(ProtoReader.FindBytes(_message, ProcessField));

    public FileKind Kind => (FileKind)ProtoReader.FindNumber(_message, KindField);

    public static byte[] OfRegular(uint id, byte[] regular) =>
        new ProtoWriter().Number(KindField, (long)FileKind.Regular).Number(IdField, id).Bytes(RegularField, regular).ToArray();

    public byte[] WithRegular(byte[] regular) => ChangedMessage.WithBytes(_message, RegularField, regular);

    public byte[] WithInetSocket(byte[] socket) => ChangedMessage.WithBytes(_message, InetSocketField, socket);

    public byte[] WithUnixSocket(byte[] socket) => ChangedMessage.WithBytes(_message, UnixSocketField, socket);
}
