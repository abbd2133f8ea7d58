using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>A range of addresses that a saved process has mapped.</summary>
/// <param name="End">The first address after the range.</param>
internal readonly record struct MappedRange(ulong Start, ulong End)
{
    public bool Has(ulong address) => address >= Start && address < End;

    /// <param name="path">The path of <c>mm-PID.img</c>.</param>
    /// <exception cref="InvalidDataException">The file is not such an image.</exception>
    public static MappedRange[] ReadAll(string path) =>
        [.. new MemoryEntry(CriuImage.Read(path).First).Areas.Select(area => new MappedRange(area.Start, area.End))];
}
