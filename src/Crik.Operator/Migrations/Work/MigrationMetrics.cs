using System.Collections.Concurrent;
using Crik.Contracts.PodMigrations;
using Crik.Hosting;

namespace Crik.Operator.Migrations.Work;

/// <summary>Counts what this replica moved while it led.</summary>
internal sealed class MigrationMetrics
{
    private readonly ConcurrentDictionary<string, long> _moves = new(StringComparer.Ordinal);
    private readonly Histogram _downtime = new();

    /// <param name="reason">One of <see cref="PodMigrationReasons"/>: <see cref="PodMigrationReasons.Completed"/>, or why not.</param>
    public void Count(string reason, TimeSpan? downtime)
    {
        _moves.AddOrUpdate(reason, 1, static (_, count) => count + 1);
        if (downtime is { } time)
        {
            _downtime.Add(time);
        }
    }

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_migration_pods_total", "counter", "Pods whose move has ended, by reason. Completed: they run on the other node.");
        foreach ((string reason, long count) in _moves.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_migration_pods_total", $"reason=\"{reason}\"", count);
        }

        text.Family("crik_migration_downtime_seconds", "histogram", "Time from the deletion of a pod until its replacement was ready.");
        _downtime.WriteTo(text, "crik_migration_downtime_seconds", "");
    }
}
