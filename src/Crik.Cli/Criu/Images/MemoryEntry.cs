namespace Crik.Criu.Images;

/// <summary>The address space of a process: <c>mm-PID.img</c>.</summary>
/// <remarks>mm_entry of criu's images/mm.proto.</remarks>
internal readonly ref struct MemoryEntry(ReadOnlySpan<byte> message)
{
    private const int ArgumentsStartField = 8;
    private const int ArgumentsEndField = 9;
    private const int ExecutableField = 12;
    private const int AreasField = 14;

    private readonly ReadOnlySpan<byte> _message = message;

    public ulong ArgumentsStart => ProtoReader.FindNumber(_message, ArgumentsStartField);

    public ulong ArgumentsEnd => ProtoReader.FindNumber(_message, ArgumentsEndField);

    /// <summary>The id of an open file.</summary>
    public uint Executable => (uint)ProtoReader.FindNumber(_message, ExecutableField);

    /// <summary>The mapped areas, in the order of their addresses.</summary>
    public List<MemoryArea> Areas
    {
        get
        {
            List<MemoryArea> areas = [];
            ProtoReader reader = new(_message);
            while (reader.Next())
            {
                if (reader.Field == AreasField)
                {
                    areas.Add(MemoryArea.Read(reader.Bytes));
                }
            }

            return areas;
        }
    }
}
