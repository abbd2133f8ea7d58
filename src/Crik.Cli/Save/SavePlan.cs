using Crik.Store;

namespace Crik.Save;

/// <summary>Holds what a save is about to write, and how much it wrote in which time.</summary>
/// <param name="CriuVersion">criu's version as one number: 40300 for 4.3.</param>
/// <param name="Bytes">About how many bytes of memory the program has.</param>
/// <param name="Writing">The time from the start of the save until the pages were on the disk.</param>
internal sealed record SavePlan(int CriuVersion, long Bytes, bool Compresses, TimeSpan Writing = default)
{
    /// <summary>What was written.</summary>
    public CheckpointSize Size { get; init; } = CheckpointSize.None;
}
