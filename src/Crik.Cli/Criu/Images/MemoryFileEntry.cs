namespace Crik.Criu.Images;

/// <summary>An open file in memory, which memfd_create(2) made.</summary>
/// <remarks>memfd_file_entry of criu's images/memfd.proto.</remarks>
internal readonly struct MemoryFileEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The flags of open(2).</summary>
    public uint Flags { get; } = (uint)ProtoReader.FindNumber(message, 2);

    /// <summary>The id of the file in <c>memfd.img</c>.</summary>
    public uint Inode { get; } = (uint)ProtoReader.FindNumber(message, 5);
}

/// <summary>A file in memory in <c>memfd.img</c>; it may be open several times.</summary>
/// <remarks>memfd_inode_entry of criu's images/memfd.proto.</remarks>
internal readonly struct MemoryInodeEntry(ReadOnlySpan<byte> message)
{
    public string Name { get; } = ProtoReader.FindText(message, 1);

    public ulong Size { get; } = ProtoReader.FindNumber(message, 4);

    /// <summary>The id of the shared memory that it consists of.</summary>
    public ulong SharedMemory { get; } = ProtoReader.FindNumber(message, 5);

    public uint Id { get; } = (uint)ProtoReader.FindNumber(message, 7);
}
