using System.Text;
using Crik.Contracts;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Serves /metrics: the nodes in the store, the counters, and the use of memory and processor.</summary>
internal sealed class MetricsEndpoint(NodeStateStore store, WatchHealth health, ConnectionGate gate, ServerMetrics metrics)
{
    public Task GetAsync(HttpContext context)
    {
        PrometheusText text = new();
        text.Family("crik_build_info", "gauge", "The version of this server, as a label.");
        text.Sample("crik_build_info", $"version=\"{ServerVersion.Current}\"", 1);
        WriteNodes(text);
        text.Single("crik_synced", "gauge", "1 when the first list of all Nodes is complete, else 0.", store.IsSynced ? 1 : 0);
        text.Single("crik_ready", "gauge", "1 when /readyz reports ready, else 0.", health.Problem() is null ? 1 : 0);
        if (health.Age is { } age)
        {
            text.Single("crik_watch_age_seconds", "gauge", "Seconds since the API server last sent something.", age.TotalSeconds);
        }

        text.Single("crik_connections", "gauge", "Open connections to the port that serves node states.", gate.Open);
        text.Single("crik_connections_most", "gauge", "The limit of crik_connections.", gate.Most);
        text.Single("crik_connections_refused_total", "counter", "Connections refused because the limit was reached.", gate.Refused);
        WriteProcess(text);
        metrics.WriteTo(text);
        return Answers.WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void WriteProcess(PrometheusText text)
    {
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory of this process.", Environment.WorkingSet);
        text.Single("process_cpu_seconds_total", "counter", "Processor time used by this process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("dotnet_gc_heap_bytes", "gauge", "Memory used by objects, including those that can be collected.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_gc_committed_bytes", "gauge", "Memory that the garbage collector had committed at its last run.", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Family("dotnet_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample("dotnet_gc_collections_total", $"generation=\"{generation}\"", GC.CollectionCount(generation));
        }
    }

    private void WriteNodes(PrometheusText text)
    {
        int[] counts = new int[NodeStateNames.All.Count];
        foreach (NodeAnswer answer in store.All())
        {
            counts[(int)answer.State]++;
        }

        text.Family("crik_nodes", "gauge", "Nodes by state. Deleted Nodes count as gone until --remember-deleted is over.");
        foreach (NodeState state in NodeStateNames.All)
        {
            text.Sample("crik_nodes", $"state=\"{state.ToWireName()}\"", counts[(int)state]);
        }
    }
}
