using Crik.Control;
using Crik.Restore;
using Crik.Store;

namespace Crik.Metrics;

/// <summary>Everything that the metrics tell, at one moment. No record, because nobody compares two of them.</summary>
/// <param name="run">What does not change while the run lasts.</param>
internal sealed class RunFigures(RunSetting run)
{
    public RunSetting Run => run;

    public required RunStatus Status { get; init; }

    /// <summary>The figures of the image directory; <see langword="null"/> before crik has read them.</summary>
    public RunTotals? Totals { get; init; }

    public RestoreFigures? Restore { get; init; }

    /// <summary>How many restored runs of one state ended early before this run, one after the other.</summary>
    public int EarlyEnds { get; init; }

    public long DroppedLines { get; init; }
}
