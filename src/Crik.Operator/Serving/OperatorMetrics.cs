using Crik.Hosting;
using Crik.Operator.Leading;

namespace Crik.Operator.Serving;

/// <summary>All metrics of this replica.</summary>
internal sealed class OperatorMetrics(AdmissionMetrics admission, LeaderMetrics leading, ApiRequests api, JsonLines log, Leader leader)
{
    public string Text()
    {
        PrometheusText text = new();
        text.Family("crik_build_info", "gauge", "The version of this server, as a label.");
        text.Sample("crik_build_info", $"version=\"{ProductVersion.Current}\"", 1);
        text.Metric("crik_leader", "gauge", "1 when this replica leads, else 0.", leader.IsLeader ? 1 : 0);
        admission.WriteTo(text);
        leading.Upkeep.WriteTo(text);
        leading.Migrations.WriteTo(text);
        leading.Policies.WriteTo(text);
        text.Metric("crik_log_lines_dropped_total", "counter", "Lines of the log that were dropped because standard output was not read.", log.Dropped);
        ProcessMetrics.WriteTo(text);
        api.WriteTo(text);
        return text.ToString();
    }
}
