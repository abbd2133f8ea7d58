using System.Text;
using Crik.Contracts;
using Crik.Hosting;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Serves /metrics: the nodes in the store, the counters, and the use of memory and processor.</summary>
internal sealed class MetricsEndpoint(NodeStateStore store, WatchHealth health, Limits limits, ServerMetrics metrics, JsonLines log)
{
    public Task GetAsync(HttpContext context)
    {
        PrometheusText text = new();
        text.Family("crik_build_info", "gauge", "The version of this server, as a label.");
        text.Sample("crik_build_info", $"version=\"{ProductVersion.Current}\"", 1);
        WriteNodes(text);
        text.Metric("crik_synced", "gauge", "1 when the first list of all Nodes is complete, else 0.", store.IsSynced ? 1 : 0);
        text.Metric("crik_ready", "gauge", "1 when /readyz reports ready, else 0.", health.Problem() is null ? 1 : 0);
        if (store.History.ObservedAt is { } heardAt)
        {
            text.Metric("crik_watch_last_event_timestamp_seconds", "gauge", "When the API server last sent a list, an event or a bookmark, in seconds since 1970.", heardAt.ToUnixTimeMilliseconds() / 1000.0);
        }

        text.Metric("crik_log_lines_dropped_total", "counter", "Lines of the log that were dropped because standard output was not read.", log.Dropped);
        WriteConnections(text);
        ProcessMetrics.WriteTo(text);
        metrics.WriteTo(text);
        return Answers.WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void WriteConnections(PrometheusText text)
    {
        text.Metric("crik_connections", "gauge", "Open connections to the port that serves node states.", limits.Gate.Open);
        text.Metric("crik_connections_most", "gauge", "The limit of crik_connections.", limits.Gate.Limits.Most);
        text.Metric("crik_connections_most_per_address", "gauge", "The limit of crik_connections from one address.", limits.Gate.Limits.MostPerAddress);
        text.Metric("crik_connections_refused_total", "counter", "Connections refused because a limit was reached.", limits.Gate.Refused);
        text.Family("crik_connections_closed_total", "counter", "Connections closed because they were idle when a place was needed, or sent nothing when they were new.");
        text.Sample("crik_connections_closed_total", "reason=\"idle\"", limits.Gate.ClosedIdle);
        text.Sample("crik_connections_closed_total", "reason=\"silent\"", limits.Gate.ClosedSilent);
        text.Metric("crik_lists", "gauge", "Answers with all nodes that are being sent now.", limits.Large.Lists.Taken);
        text.Metric("crik_lists_most", "gauge", "The limit of crik_lists.", limits.Large.Lists.Most);
        text.Metric("crik_lists_refused_total", "counter", "Lists refused because the limit was reached.", limits.Large.Lists.Refused);
        text.Metric("crik_streams", "gauge", "Streams of /v1/watch that are open now.", limits.Large.Streams.Taken);
        text.Metric("crik_streams_most", "gauge", "The limit of crik_streams.", limits.Large.Streams.Most);
        text.Metric("crik_streams_refused_total", "counter", "Streams refused because the limit was reached.", limits.Large.Streams.Refused);
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
