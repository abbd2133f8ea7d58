namespace Crik.Store;

/// <summary>How a checkpoint that was committed went.</summary>
internal sealed class CheckpointFigures
{
    /// <param name="steps">The steps of the attempt that succeeded, without <see cref="CheckpointStep.Preparing"/>.</param>
    /// <param name="took">From the beginning of the preparation, over all attempts, to the commit.</param>
    /// <param name="leftRunning">The program ran on as soon as criu let it go. Otherwise it stood still until the commit.</param>
    public CheckpointFigures(TimeSpan[] steps, CheckpointSize size, TimeSpan prepared, TimeSpan took, bool leftRunning)
    {
        (Steps, Size, Took) = ((TimeSpan[])steps.Clone(), size, took);
        Steps[(int)CheckpointStep.Preparing] = prepared;
        for (int step = (int)CheckpointStep.Dumping; step <= (int)(leftRunning ? CheckpointStep.Releasing : CheckpointStep.Committing); step++)
        {
            Frozen += Steps[step];
        }
    }

    /// <summary>How long each <see cref="CheckpointStep"/> took.</summary>
    public TimeSpan[] Steps { get; }

    public CheckpointSize Size { get; }

    public TimeSpan Took { get; }

    /// <summary>How long the program stood still.</summary>
    public TimeSpan Frozen { get; }
}
