using Crik.Hosting;
using Crik.NodeAgent.Leading;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Serving;

/// <summary>All metrics of this agent.</summary>
internal sealed class AgentMetrics(CheckpointMetrics checkpoints, CheckpointQueues queues, ApiRequests api, JsonLines log, Leader leader)
{
    public string Text()
    {
        PrometheusText text = new();
        text.Family("crik_build_info", "gauge", "The version of this server, as a label.");
        text.Sample("crik_build_info", $"version=\"{ProductVersion.Current}\"", 1);
        text.Metric("crik_leader", "gauge", "1 when this replica leads, else 0.", leader.IsLeader ? 1 : 0);
        text.Metric("crik_checkpoint_queue_length", "gauge", "PodCheckpoints that wait for their turn.", queues.Length);
        checkpoints.WriteTo(text);
        text.Metric("crik_log_lines_dropped_total", "counter", "Lines of the log that were dropped because standard output was not read.", log.Dropped);
        ProcessMetrics.WriteTo(text);
        api.WriteTo(text);
        return text.ToString();
    }
}
