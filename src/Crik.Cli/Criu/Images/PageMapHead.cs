namespace Crik.Criu.Images;

/// <summary>The first message of <c>pagemap-PID.img</c>.</summary>
/// <remarks>pagemap_head of criu's images/pagemap.proto.</remarks>
internal readonly ref struct PageMapHead(ReadOnlySpan<byte> message)
{
    private const int PagesField = 1;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of the image of pages.</summary>
    public uint Pages => (uint)ProtoReader.FindNumber(_message, PagesField);
}
