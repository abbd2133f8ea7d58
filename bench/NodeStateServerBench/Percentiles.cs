namespace Crik.Bench;

/// <param name="Half">The median.</param>
/// <param name="Most">The 99th percentile.</param>
internal readonly record struct Percentiles(TimeSpan Half, TimeSpan Most)
{
    public static Percentiles Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order().DefaultIfEmpty()];
        return new Percentiles(sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }
}
