using Crik.Store;

namespace Crik.Save;

internal abstract record SaveOutcome
{
    /// <param name="Bytes">About how many bytes of memory the program has.</param>
    /// <param name="CompressedBytes">The size of that memory in the images; <see langword="null"/> when it was not compressed.</param>
    /// <param name="Writing">How long it took to write the memory to the disk, without what other writers had to write.</param>
    public sealed record Committed(int Generation, long Bytes, long? CompressedBytes, TimeSpan Writing) : SaveOutcome
    {
        /// <summary>The files on volumes that a program which runs on had open for writing.</summary>
        public IReadOnlyList<WrittenFile> WrittenFiles { get; init; } = [];

        /// <summary>How long each <see cref="CheckpointStep"/> took in this attempt.</summary>
        public TimeSpan[] Steps { get; init; } = new TimeSpan[RunTotals.CheckpointSteps.Length];

        public CheckpointSize Size { get; init; } = CheckpointSize.None;
    }

    /// <param name="Reason">Why the save failed, in words that a user understands.</param>
    public sealed record Failed(string Reason, Repeat Repeat = Repeat.No) : SaveOutcome;
}

/// <summary>Tells whether another attempt can succeed after a failed save.</summary>
internal enum Repeat
{
    /// <summary>crik knows the cause and it would occur again, or the time is up.</summary>
    No,

    /// <summary>crik does not know the cause. For example, processes start and end while criu reads them.</summary>
    Once,

    /// <summary>A process outside the tree was the cause, such as a probe that talks to the program. It ends by itself.</summary>
    WhileTimeLasts,
}
