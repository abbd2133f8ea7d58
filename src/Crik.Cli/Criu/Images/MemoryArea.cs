namespace Crik.Criu.Images;

/// <summary>A mapped area of an address space.</summary>
/// <remarks>vma_entry of criu's images/vma.proto; the bits of the status are those of criu/include/image.h.</remarks>
/// <param name="End">The first address after the area.</param>
/// <param name="SharedMemory">The id of the shared memory or of the file that is mapped.</param>
internal readonly record struct MemoryArea(ulong Start, ulong End, ulong SharedMemory, ulong Status)
{
    private const int StartField = 1;
    private const int EndField = 2;
    private const int SharedMemoryField = 4;
    private const int StatusField = 7;

    private const ulong SharedAnonymous = 1 << 8; // VMA_ANON_SHARED
    private const ulong SystemV = 1 << 10; // VMA_AREA_SYSVIPC
    private const ulong FileInMemory = 1 << 14; // VMA_AREA_MEMFD

    /// <summary>Whether the area maps a file in memory (memfd).</summary>
    public bool ShowsMemoryFile => (Status & FileInMemory) != 0;

    /// <summary>Whether the area is memory that processes share, without a file.</summary>
    public bool ShowsSharedMemory => !ShowsMemoryFile && (Status & (SharedAnonymous | SystemV)) != 0;

    public static MemoryArea Read(ReadOnlySpan<byte> message) => new(
        ProtoReader.FindNumber(message, StartField), ProtoReader.FindNumber(message, EndField), ProtoReader.FindNumber(message, SharedMemoryField),
        ProtoReader.FindNumber(message, StatusField));
}
