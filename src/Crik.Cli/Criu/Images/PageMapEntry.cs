namespace Crik.Criu.Images;

/// <summary>The first message of <c>pagemap-PID.img</c>.</summary>
/// <remarks>pagemap_head of criu's images/pagemap.proto.</remarks>
internal readonly struct PageMapHead(ReadOnlySpan<byte> message)
{
    /// <summary>The id of the image of pages.</summary>
    public uint Pages { get; } = (uint)ProtoReader.FindNumber(message, 1);
}

/// <summary>A stretch of memory in <c>pagemap-PID.img</c>.</summary>
/// <remarks>pagemap_entry of criu's images/pagemap.proto.</remarks>
internal readonly ref struct PageMapEntry(ReadOnlySpan<byte> message)
{
    private const int OldCountField = 2;
    private const int InParentField = 3;
    private const int FlagsField = 4;
    private const int CompressedBytesField = 2; // of pagemap_blocks

    // PE_PARENT, PE_PRESENT and PE_PAYLOAD_ALIGNED of criu/include/pagemap.h
    private const ulong Parent = 1;
    private const ulong Present = 4;
    private const ulong Aligned = 8;

    private readonly ReadOnlySpan<byte> _message = message;

    public ulong Address => ProtoReader.FindNumber(_message, 1);

    /// <summary>Whether the pages are in this dump.</summary>
    /// <remarks>Older dumps have no flags: then they are, unless they are in the dump before.</remarks>
    public bool IsPresent => (ProtoReader.FindNumber(_message, FlagsField, ProtoReader.FindNumber(_message, InParentField) != 0 ? Parent : Present) & Present) != 0;

    /// <summary>Whether the pages begin at the next page boundary of the file, which is possible since criu 4.3.</summary>
    public bool IsAligned => (ProtoReader.FindNumber(_message, FlagsField) & Aligned) != 0;

    /// <summary>How many pages it has.</summary>
    public ulong Count => ProtoReader.FindNumber(_message, 5, ProtoReader.FindNumber(_message, OldCountField));

    /// <summary>The bytes that its pages take in the file when criu compressed them, since criu 4.3; else <see langword="null"/>.</summary>
    public long? CompressedBytes =>
        ProtoReader.FindBytes(_message, 6) is { IsEmpty: false } blocks ? (long)ProtoReader.FindNumber(blocks, CompressedBytesField) : null;
}
