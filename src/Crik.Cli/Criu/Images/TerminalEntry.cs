namespace Crik.Criu.Images;

/// <summary>A terminal in <c>tty-info.img</c>.</summary>
/// <remarks>tty_info_entry of criu's images/tty.proto.</remarks>
internal readonly ref struct TerminalEntry(ReadOnlySpan<byte> message)
{
    private const int IdField = 1;
    private const int TypeField = 2;
    private const int DeviceField = 8;
    private const int SizeField = 11;
    private const int PseudoTerminalField = 12;
    private const int FileSystemField = 13;
    private const int IndexField = 1; // of tty_pty_entry

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Id => (uint)ProtoReader.FindNumber(_message, IdField);

    /// <summary>The number of the terminal itself, as in st_rdev of stat(2).</summary>
    public uint Device => (uint)ProtoReader.FindNumber(_message, DeviceField);

    public WindowSizeEntry Size => new(ProtoReader.FindBytes(_message, SizeField));

    /// <summary>The file system that has its device file, as in st_dev of stat(2).</summary>
    public uint FileSystem => (uint)ProtoReader.FindNumber(_message, FileSystemField);

    /// <summary>Whether this is <c>/dev/tty</c>, the controlling terminal of the process that opens it (CTTY of TtyType).</summary>
    public bool IsControlling => ProtoReader.FindNumber(_message, TypeField) == 4;

    /// <summary>The number of a terminal in <c>/dev/pts</c>; <see langword="null"/> for any other.</summary>
    public uint? PseudoTerminal =>
        ProtoReader.FindBytes(_message, PseudoTerminalField) is { IsEmpty: false } pseudo ? (uint)ProtoReader.FindNumber(pseudo, IndexField) : null;
}
