namespace Crik.Hosting;

/// <summary>Counts durations in the buckets of a Prometheus histogram.</summary>
public sealed class Histogram
{
    /// <summary>
    /// The upper bounds of the buckets in seconds. A GET takes tens of microseconds, its goal is 5 ms, and a long-poll waits
    /// 5 minutes and a little more.
    /// </summary>
    public static readonly double[] Bounds =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10, 30, 60, 120, 305, 600, 1800];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _sumTicks;

    public void Add(TimeSpan took)
    {
        Interlocked.Increment(ref _counts[BucketOf(took.TotalSeconds)]);
        Interlocked.Add(ref _sumTicks, took.Ticks);
    }

    public void WriteTo(PrometheusText text, string name, string labels)
    {
        long total = 0;
        for (int i = 0; i < Bounds.Length; i++)
        {
            total += Volatile.Read(ref _counts[i]);
            text.Sample($"{name}_bucket", $"{(labels.Length == 0 ? "" : labels + ",")}le=\"{PrometheusText.Number(Bounds[i])}\"", total);
        }

        total += Volatile.Read(ref _counts[^1]);
        text.Sample($"{name}_bucket", $"{(labels.Length == 0 ? "" : labels + ",")}le=\"+Inf\"", total);
        text.Sample($"{name}_sum", labels, TimeSpan.FromTicks(Volatile.Read(ref _sumTicks)).TotalSeconds);
        text.Sample($"{name}_count", labels, total);
    }

    private static int BucketOf(double seconds)
    {
        int bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket])
        {
            bucket++;
        }

        return bucket;
    }
}
