namespace Crik.Criu.Images;

/// <summary>A file in memory in <c>memfd.img</c>; it may be open several times.</summary>
/// <remarks>memfd_inode_entry of criu's images/memfd.proto.</remarks>
internal readonly ref struct MemoryInodeEntry(ReadOnlySpan<byte> message)
{
    private const int NameField = 1;
    private const int SizeField = 4;
    private const int SharedMemoryField = 5;
    private const int IdField = 7;

    private readonly ReadOnlySpan<byte> _message = message;

    public string Name => ProtoReader.FindText(_message, NameField);

    public ulong Size => ProtoReader.FindNumber(_message, SizeField);

    /// <summary>The id of the shared memory that it consists of.</summary>
    public ulong SharedMemory => ProtoReader.FindNumber(_message, SharedMemoryField);

    public uint Id => (uint)ProtoReader.FindNumber(_message, IdField);
}
