using Crik.Control;
using Crik.Metrics;
using Crik.Restore;
using Crik.Store;

namespace Crik.Tests.Metrics;

/// <summary>Figures in which nearly every value is another one.</summary>
internal static class MetricsFixture
{
    public static RunStatus Status { get; } =
        new() { State = "running", Version = "1.2.3", ImageDir = "/checkpoint", Pid = 301, RestoredFrom = 7, MissingMiB = 3, Node = "shutting-down" };

    /// <summary>Every metric has a value here.</summary>
    public static RunFigures Everything { get; } = Figures(Status, Numbered(), DateTimeOffset.UnixEpoch);

    /// <param name="restored">When the checkpoint was made that the program was restored from; null for a fresh start.</param>
    public static RunFigures Figures(RunStatus status, RunTotals? totals, DateTimeOffset? restored) => new(new RunSetting
    {
        BeganAt = DateTimeOffset.UnixEpoch.AddMilliseconds(1_700_000_000_042),
        Interval = TimeSpan.FromMinutes(30),
        Limit = TimeSpan.FromSeconds(22.5),
        CanCheckpoint = true,
        Slot = 4,
    })
    {
        Status = status,
        Totals = totals,
        Restore = restored is { } madeAt
            ? new RestoreFigures([TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(700)], new CheckpointSize(11, 22, 33), madeAt)
            : null,
        EarlyEnds = 2,
        DroppedLines = 9,
    };

    /// <summary>Totals whose figures are 1, 2, 3 and so on, in their order.</summary>
    public static RunTotals Numbered() => RunTotals.Of([.. Enumerable.Range(1, RunTotals.Names.Count).Select(number => (long)number)]);
}
