using System.Collections.Concurrent;
using Crik.Hosting;

namespace Crik.NodeAgent.Work;

/// <summary>Counts what this agent did.</summary>
internal sealed class CheckpointMetrics
{
    private readonly ConcurrentDictionary<string, long> _saves = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _failures = new(StringComparer.Ordinal);
    private readonly Histogram _saveSeconds = new();
    private readonly Histogram _pushSeconds = new();
    private readonly Histogram _gapSeconds = new();
    private long _savedBytes;
    private long _pushes;
    private long _pushFailures;
    private long _imagesDeleted;

    public void CountSave(string engine, TimeSpan took, long bytes)
    {
        _saves.AddOrUpdate(engine, 1, static (_, count) => count + 1);
        _saveSeconds.Add(took);
        Interlocked.Add(ref _savedBytes, bytes);
    }

    public void CountPush(TimeSpan took)
    {
        Interlocked.Increment(ref _pushes);
        _pushSeconds.Add(took);
    }

    public void CountPushFailure() => Interlocked.Increment(ref _pushFailures);

    public void CountGap(TimeSpan gap) => _gapSeconds.Add(gap);

    public void CountFailure(string reason) => _failures.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    public void CountDeletedImage() => Interlocked.Increment(ref _imagesDeleted);

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_checkpoint_saves_total", "counter", "Containers that were saved, by engine.");
        foreach ((string engine, long count) in _saves.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_checkpoint_saves_total", $"engine=\"{engine}\"", count);
        }

        text.Family("crik_checkpoint_failures_total", "counter", "PodCheckpoints that failed for good, by reason.");
        foreach ((string reason, long count) in _failures.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_checkpoint_failures_total", $"reason=\"{reason}\"", count);
        }

        text.Metric("crik_checkpoint_saved_bytes_total", "counter", "Bytes of archives and generations.", Interlocked.Read(ref _savedBytes));
        text.Metric("crik_checkpoint_pushes_total", "counter", "Images that were pushed and read back.", Interlocked.Read(ref _pushes));
        text.Metric("crik_checkpoint_push_failures_total", "counter", "Pushes that failed and are tried again.", Interlocked.Read(ref _pushFailures));
        text.Metric("crik_checkpoint_images_deleted_total", "counter", "Images that were deleted from registries.", Interlocked.Read(ref _imagesDeleted));
        Write(text, "crik_checkpoint_save_duration_seconds", "Time from the request until the checkpoint was complete.", _saveSeconds);
        Write(text, "crik_checkpoint_push_duration_seconds", "Time to make, upload and read back an image.", _pushSeconds);
        Write(text, "crik_checkpoint_gap_seconds", "Time between saving the memory and deleting the pod.", _gapSeconds);
    }

    private static void Write(PrometheusText text, string name, string help, Histogram histogram)
    {
        text.Family(name, "histogram", help);
        histogram.WriteTo(text, name, "");
    }
}
