namespace Crik.Criu.Images;

/// <summary>A terminal in <c>tty-info.img</c>.</summary>
/// <remarks>tty_info_entry of criu's images/tty.proto.</remarks>
internal readonly ref struct TerminalEntry(ReadOnlySpan<byte> message)
{
    private const int IndexField = 1; // of tty_pty_entry

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Id => (uint)ProtoReader.FindNumber(_message, 1);

    /// <summary>The number of the terminal itself, as in st_rdev of stat(2).</summary>
    public uint Device => (uint)ProtoReader.FindNumber(_message, 8);

    public WindowSizeEntry Size => new(ProtoReader.FindBytes(_message, 11));

    /// <summary>The file system that has its device file, as in st_dev of stat(2).</summary>
    public uint FileSystem => (uint)ProtoReader.FindNumber(_message, 13);

    /// <summary>Whether this is <c>/dev/tty</c>, the controlling terminal of the process that opens it (CTTY of TtyType).</summary>
    public bool IsControlling => ProtoReader.FindNumber(_message, 2) == 4;

    /// <summary>The number of a terminal in <c>/dev/pts</c>; <see langword="null"/> for any other.</summary>
    public uint? PseudoTerminal =>
        ProtoReader.FindBytes(_message, 12) is { IsEmpty: false } pseudo ? (uint)ProtoReader.FindNumber(pseudo, IndexField) : null;
}

/// <summary>The size of a terminal, in characters and in pixels.</summary>
/// <remarks>winsize_entry of criu's images/tty.proto.</remarks>
internal readonly struct WindowSizeEntry(ReadOnlySpan<byte> message)
{
    public ulong Rows { get; } = ProtoReader.FindNumber(message, 1);

    public ulong Columns { get; } = ProtoReader.FindNumber(message, 2);

    public ulong Width { get; } = ProtoReader.FindNumber(message, 3);

    public ulong Height { get; } = ProtoReader.FindNumber(message, 4);
}
