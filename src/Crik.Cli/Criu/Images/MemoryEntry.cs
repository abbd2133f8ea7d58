namespace Crik.Criu.Images;

/// <summary>The address space of a process: <c>mm-PID.img</c>.</summary>
/// <remarks>mm_entry of criu's images/mm.proto.</remarks>
internal readonly ref struct MemoryEntry(ReadOnlySpan<byte> message)
{
    private const int AreasField = 14;

    private readonly ReadOnlySpan<byte> _message = message;

    public ulong ArgumentsStart => ProtoReader.FindNumber(_message, 8);

    public ulong ArgumentsEnd => ProtoReader.FindNumber(_message, 9);

    /// <summary>The id of an open file.</summary>
    public uint Executable => (uint)ProtoReader.FindNumber(_message, 12);

    /// <summary>The mapped areas, in the order of their addresses.</summary>
    public List<MemoryArea> Areas
    {
        get
        {
            List<MemoryArea> areas = [];
            ProtoReader reader = new(_message);
            while (reader.MoveTo(AreasField))
            {
                areas.Add(new MemoryArea(reader.Bytes));
            }

            return areas;
        }
    }
}

/// <summary>A mapped area of an address space.</summary>
/// <remarks>vma_entry of criu's images/vma.proto; the bits of the status are those of criu/include/image.h.</remarks>
internal readonly struct MemoryArea(ReadOnlySpan<byte> message)
{
    private const ulong SharedAnonymous = 1 << 8; // VMA_ANON_SHARED
    private const ulong SystemV = 1 << 10; // VMA_AREA_SYSVIPC
    private const ulong FileInMemory = 1 << 14; // VMA_AREA_MEMFD

    public ulong Start { get; } = ProtoReader.FindNumber(message, 1);

    /// <summary>The first address after the area.</summary>
    public ulong End { get; } = ProtoReader.FindNumber(message, 2);

    /// <summary>The id of the shared memory or of the file that is mapped.</summary>
    public ulong SharedMemory { get; } = ProtoReader.FindNumber(message, 4);

    private ulong Status { get; } = ProtoReader.FindNumber(message, 7);

    public bool Has(ulong address) => address >= Start && address < End;

    /// <summary>Whether the area maps a file in memory (memfd).</summary>
    public bool ShowsMemoryFile => (Status & FileInMemory) != 0;

    /// <summary>Whether the area is memory that processes share, without a file.</summary>
    public bool ShowsSharedMemory => !ShowsMemoryFile && (Status & (SharedAnonymous | SystemV)) != 0;
}
