using Crik.Contracts.MigrationPolicies;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>Sorts the pods of a node with too much load by the order of the policy. It is pure.</summary>
internal static class Candidates
{
    /// <summary>How many pods, and destinations of each, are looked at more closely. That takes requests.</summary>
    private const int MostPods = 5, MostDestinations = 3;

    /// <summary>A pod that uses less of the resource than this part of the node would be no relief.</summary>
    private const double LeastPart = 0.01;

    /// <param name="why">Why there are none.</param>
    public static IReadOnlyList<Candidate> Of(PolicyFacts facts, PolicyRequest request, PolicyNode node, out string why)
    {
        string resource = node.Resource!;
        double least = LeastPart * (facts.Nodes.FirstOrDefault(one => one.Name == node.Name)?.Of(resource) ?? 0);
        MeasuredPod[] there = [.. facts.Pods.Where(pod => pod.Pod.Node == node.Name && pod.Pod is { IsEnding: false, Phase: "Running" })];
        MeasuredPod[] movable = [.. there.Where(static pod => pod.Pod is { CrikContainers.Count: > 0, IsMirror: false, HasKnownController: true })];
        MeasuredPod[] free = [.. movable.Where(pod => !IsBusy(facts, pod) && !PolicyMoves.IsPaused(facts.Moves, pod.Workload, request, facts.Now))];
        MeasuredPod[] large = [.. free.Where(pod => pod.Load.Of(resource) >= least)];
        Candidate[] all = [.. Sorted(large, request).Select(pod => new Candidate(pod, Destinations(facts, request, pod))).Where(static one => one.Destinations.Count > 0).Take(MostPods)];
        why = there.Length == 0 ? "No pod that the policy may move runs there, or its load is not known."
            : movable.Length == 0 ? "No pod there that the policy may move runs under crik and belongs to a ReplicaSet, StatefulSet or Job."
            : free.Length == 0 ? "Each pod there that the policy may move is being moved, or waits because its last move failed."
            : large.Length == 0 ? $"Each pod there that the policy may move uses less than 1 % of the node's {resource}."
            : all.Length == 0 ? "No other node could take a pod and stay at its lower thresholds."
            : "";
        return all;
    }

    /// <summary>Another move of the pod or of its controller goes on.</summary>
    private static bool IsBusy(PolicyFacts facts, MeasuredPod pod) =>
        facts.Moves.Any(move => move.IsOpen && (move.PodUid == pod.Pod.Uid || move.Workload == pod.Workload))
        || facts.Migrations.Where(static item => item.Status?.CompletionTime is null).Any(item =>
            (item.Metadata?.Namespace == pod.Namespace && item.Spec?.Pod == pod.Pod.Name)
            || (item.Status?.Pods ?? []).Any(move => move.CompletionTime is null && (move.Uid == pod.Pod.Uid || move.OwnerUid == pod.Pod.Owner!.Id)));

    private static IEnumerable<MeasuredPod> Sorted(IEnumerable<MeasuredPod> pods, PolicyRequest request)
    {
        IOrderedEnumerable<MeasuredPod> sorted = pods.OrderBy(static _ => 0);
        foreach (string criterion in request.Order)
        {
            sorted = criterion switch
            {
                "priority" => sorted.ThenBy(static pod => pod.Priority),
                Resources.Memory => sorted.ThenByDescending(static pod => pod.Load.Memory),
                Resources.Cpu => sorted.ThenByDescending(static pod => pod.Load.Cpu),
                _ => sorted.ThenBy(static pod => pod.MoveTime ?? TimeSpan.MaxValue),
            };
        }

        return sorted.ThenBy(static pod => pod.Namespace, StringComparer.Ordinal).ThenBy(static pod => pod.Pod.Name, StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> Destinations(PolicyFacts facts, PolicyRequest request, MeasuredPod pod)
    {
        List<(string Node, double Percent)> fit = [];
        foreach (MeasuredNode node in facts.Nodes.Where(node => node is { IsDestination: true, Load: not null } && node.Name != pod.Pod.Node))
        {
            (double cpu, double memory) = PolicyMoves.Coming(facts.Moves, node.Name, node.Load!.Value.Time);
            double After(string resource) => node.Percent(resource, resource is Resources.Cpu ? cpu + pod.Load.Cpu : memory + pod.Load.Memory);
            if (request.Thresholds.All(one => After(one.Resource) <= one.Until))
            {
                fit.Add((node.Name, request.Thresholds.Max(one => After(one.Resource))));
            }
        }

        return [.. fit.OrderBy(static one => one.Percent).ThenBy(static one => one.Node, StringComparer.Ordinal).Take(MostDestinations).Select(static one => one.Node)];
    }
}
