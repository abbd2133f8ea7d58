namespace Crik.Save;

/// <summary>Holds what a save is about to write, and how much it wrote in which time.</summary>
/// <param name="CriuVersion">criu's version as one number: 40300 for 4.3.</param>
/// <param name="Bytes">About how many bytes of memory the program has.</param>
internal sealed record SavePlan(int CriuVersion, long Bytes, bool Compresses)
{
    /// <summary>The bytes of all pages in the images.</summary>
    public long PageBytes { get; init; }

    /// <summary>The time from the start of the save until the pages were on the disk.</summary>
    public TimeSpan Writing { get; init; }
}
