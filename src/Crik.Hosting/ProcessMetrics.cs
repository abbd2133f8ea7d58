namespace Crik.Hosting;

/// <summary>
/// The standard metrics of a process, as the client libraries of Prometheus name them
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics), and those of the garbage collector.
/// </summary>
public static class ProcessMetrics
{
    private static readonly double s_startTime = StartTime();

    public static void WriteTo(PrometheusText text)
    {
        text.Metric("process_resident_memory_bytes", "gauge", "Resident memory of this process.", Environment.WorkingSet);
        text.Metric("process_cpu_seconds_total", "counter", "Processor time used by this process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Metric("process_start_time_seconds", "gauge", "When this process started, in seconds since 1970.", s_startTime);

        // The entries of fdinfo are files. Those of fd are links, and .NET would look at the target of each.
        text.Metric("process_open_fds", "gauge", "Open file descriptors.", Directory.EnumerateFileSystemEntries("/proc/self/fdinfo").Count());
        text.Metric("process_max_fds", "gauge", "The limit of open file descriptors.", MostFiles());
        text.Metric("dotnet_gc_heap_bytes", "gauge", "Memory used by objects, including those that can be collected.", GC.GetTotalMemory(forceFullCollection: false));
        text.Metric("dotnet_gc_committed_bytes", "gauge", "Memory that the garbage collector had committed at its last run.", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Family("dotnet_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample("dotnet_gc_collections_total", $"generation=\"{generation}\"", GC.CollectionCount(generation));
        }
    }

    private static double StartTime()
    {
        using System.Diagnostics.Process self = System.Diagnostics.Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    /// <summary>The soft limit, from a line such as `Max open files  1024  1048576  files`.</summary>
    private static double MostFiles() =>
        File.ReadLines("/proc/self/limits").FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal)) is { } line
            && double.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], System.Globalization.CultureInfo.InvariantCulture, out double most)
            ? most
            : double.PositiveInfinity;
}
