namespace Crik.Criu.Images;

/// <summary>A terminal in <c>tty-info.img</c>.</summary>
/// <remarks>tty_info_entry of criu's images/tty.proto.</remarks>
internal readonly ref struct TerminalEntry(ReadOnlySpan<byte> message)
{
    private const int SizeField = 11;
    private const int LastOfSize = 4;
    private const int IndexField = 1; // of tty_pty_entry

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Id => (uint)ProtoReader.FindNumber(_message, 1);

    /// <summary>The number of the terminal itself, as in st_rdev of stat(2).</summary>
    public uint Device => (uint)ProtoReader.FindNumber(_message, 8);

    /// <summary>Rows, columns and both in pixels, 16 bits each, the rows lowest, as in struct winsize. winsize_entry has them in this order.</summary>
    public ulong Size
    {
        get
        {
            ulong size = 0;
            for (int number = LastOfSize; number > 0; number--)
            {
                size = (size << 16) | ProtoReader.FindNumber(ProtoReader.FindBytes(_message, SizeField), number);
            }

            return size;
        }
    }

    /// <summary>The file system that has its device file, as in st_dev of stat(2).</summary>
    public uint FileSystem => (uint)ProtoReader.FindNumber(_message, 13);

    /// <summary>Whether this is the end that a terminal emulator has: <c>/dev/ptmx</c>, or a device with its older numbers.</summary>
    public bool IsMaster => Device == ((5 << 8) | 2) || Device >> 8 is >= 128 and <= 135;

    /// <summary>Whether the other end was closed, so that the terminal has no settings any more (tty_is_hung, criu/tty.c).</summary>
    public bool IsHungUp => ProtoReader.FindBytes(_message, 9).IsEmpty;

    /// <summary>Whether this is one of the container's own terminals (EXT_TTY of TtyType).</summary>
    public bool IsExternal => ProtoReader.FindNumber(_message, 2) == 5;

    /// <summary>Whether this is <c>/dev/tty</c>, the controlling terminal of the process that opens it (CTTY of TtyType).</summary>
    public bool IsControlling => ProtoReader.FindNumber(_message, 2) == 4;

    /// <summary>The number of a terminal in <c>/dev/pts</c>; <see langword="null"/> for any other.</summary>
    public uint? PseudoTerminal =>
        ProtoReader.FindBytes(_message, 12) is { IsEmpty: false } pseudo ? (uint)ProtoReader.FindNumber(pseudo, IndexField) : null;
}
