using System.Collections.Concurrent;
using Crik.Hosting;

namespace Crik.Operator.Policies.Work;

/// <summary>What the policies see and do, while this replica leads.</summary>
internal sealed class PolicyMetrics
{
    private readonly ConcurrentDictionary<string, int> _overloaded = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _moves = new(StringComparer.Ordinal);

    /// <param name="nodes">How many nodes have too much load. Null: the policy is gone.</param>
    public void Saw(string policy, int? nodes)
    {
        if (nodes is { } count)
        {
            _overloaded[policy] = count;
        }
        else
        {
            _overloaded.TryRemove(policy, out _);
        }
    }

    public void Count(string reason) => _moves.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    /// <summary>This replica leads no longer, so it does not know what nodes have too much load.</summary>
    public void Clear() => _overloaded.Clear();

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_policy_overloaded_nodes", "gauge", "Nodes that have had too much load for long enough, by policy.");
        foreach ((string policy, int count) in _overloaded.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_policy_overloaded_nodes", $"policy=\"{policy}\"", count);
        }

        text.Family("crik_policy_moves_total", "counter", "Moves of policies that have ended, by reason. Completed: the pod runs on another node.");
        foreach ((string reason, long count) in _moves.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_policy_moves_total", $"reason=\"{reason}\"", count);
        }
    }
}
