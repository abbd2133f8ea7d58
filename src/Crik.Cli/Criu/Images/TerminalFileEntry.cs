namespace Crik.Criu.Images;

/// <remarks>tty_file_entry of criu's images/tty.proto.</remarks>
internal readonly ref struct TerminalFileEntry(ReadOnlySpan<byte> message)
{
    private const int TerminalField = 2;
    private const int FlagsField = 3;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of the terminal in <c>tty-info.img</c>.</summary>
    public uint Terminal => (uint)ProtoReader.FindNumber(_message, TerminalField);

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);
}
