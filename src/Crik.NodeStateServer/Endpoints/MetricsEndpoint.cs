using System.Text;
using Crik.Contracts;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>/metrics: what the store holds now, and what was counted.</summary>
internal sealed class MetricsEndpoint(NodeStateStore store, WatchHealth health, ConnectionGate gate, ServerMetrics metrics)
{
    public Task GetAsync(HttpContext context)
    {
        PrometheusText text = new();
        text.Family("crik_build_info", "gauge", "The version that runs.");
        text.Sample("crik_build_info", $"version=\"{ServerVersion.Current}\"", 1);
        WriteNodes(text);
        text.Single("crik_synced", "gauge", "Whether the first list is complete.", store.IsSynced ? 1 : 0);
        text.Single("crik_ready", "gauge", "What /readyz says.", health.Problem() is null ? 1 : 0);
        if (health.Age is { } age)
        {
            text.Single("crik_watch_age_seconds", "gauge", "Since the API server was last heard of.", age.TotalSeconds);
        }

        text.Single("crik_connections", "gauge", "Open connections where states are served.", gate.Open);
        text.Single("crik_connections_most", "gauge", "How many there may be.", gate.Most);
        text.Single("crik_connections_refused_total", "counter", "Connections refused because there were so many.", gate.Refused);
        WriteProcess(text);
        metrics.WriteTo(text);
        return Answers.WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void WriteProcess(PrometheusText text)
    {
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        text.Single("process_cpu_seconds_total", "counter", "Processor time used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("dotnet_gc_heap_bytes", "gauge", "Memory in use by objects, dead ones included.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_gc_committed_bytes", "gauge", "Memory that the collector holds, as of its last run.", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Family("dotnet_gc_collections_total", "counter", "Garbage collections.");
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

        text.Family("crik_nodes", "gauge", "Nodes by state; gone ones until they are forgotten.");
        foreach (NodeState state in NodeStateNames.All)
        {
            text.Sample("crik_nodes", $"state=\"{state.ToWireName()}\"", counts[(int)state]);
        }
    }
}
