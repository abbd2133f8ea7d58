namespace Crik.Criu.Images;

/// <summary>An open file in memory, which memfd_create(2) made.</summary>
/// <remarks>memfd_file_entry of criu's images/memfd.proto.</remarks>
internal readonly ref struct MemoryFileEntry(ReadOnlySpan<byte> message)
{
    private const int FlagsField = 2;
    private const int InodeField = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);

    /// <summary>The id of the file in <c>memfd.img</c>.</summary>
    public uint Inode => (uint)ProtoReader.FindNumber(_message, InodeField);
}
