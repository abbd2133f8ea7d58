namespace Crik.Metrics;

/// <summary>The figures that do not change while a run lasts.</summary>
internal sealed class RunSetting
{
    /// <summary>When this crik began.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>checkpointInterval.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>The slot that this crik has; <see langword="null"/> without imageDirSlots, and before it has one.</summary>
    public int? Slot { get; set; }

    /// <summary>How long a checkpoint at SIGTERM may take.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Whether criu is there and may do its work. Nobody asks before the figures of the image directory are known.</summary>
    public bool CanCheckpoint { get; set; }
}
