namespace Crik.Criu;

/// <summary>A piece of a saved process's address space (images/mm.proto, vma.proto).</summary>
/// <param name="End">The first address behind it.</param>
internal readonly record struct MappedRange(ulong Start, ulong End)
{
    public bool Has(ulong address) => address >= Start && address < End;

    /// <param name="path">Of <c>mm-PID.img</c>.</param>
    /// <exception cref="InvalidDataException">It is no such image.</exception>
    public static MappedRange[] ReadAll(string path)
    {
        List<MappedRange> ranges = [];
        List<byte[]> messages = CriuImage.Read(path).Messages;
        ProtoReader mm = new(messages.Count > 0 ? messages[0] : throw new InvalidDataException($"{path} is empty"));
        while (mm.Next())
        {
            if (mm.Field == 14)
            {
                ranges.Add(new(ProtoReader.FindNumber(mm.Bytes, 1), ProtoReader.FindNumber(mm.Bytes, 2)));
            }
        }

        return [.. ranges];
    }
}
