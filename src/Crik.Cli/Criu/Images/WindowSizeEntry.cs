namespace Crik.Criu.Images;

/// <summary>The size of a terminal, in characters and in pixels.</summary>
/// <remarks>winsize_entry of criu's images/tty.proto.</remarks>
internal readonly ref struct WindowSizeEntry(ReadOnlySpan<byte> message)
{
    private const int RowsField = 1;
    private const int ColumnsField = 2;
    private const int WidthField = 3;
    private const int HeightField = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    public ulong Rows => ProtoReader.FindNumber(_message, RowsField);

    public ulong Columns => ProtoReader.FindNumber(_message, ColumnsField);

    public ulong Width => ProtoReader.FindNumber(_message, WidthField);

    public ulong Height => ProtoReader.FindNumber(_message, HeightField);
}
