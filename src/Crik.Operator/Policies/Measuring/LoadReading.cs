using Crik.Kubernetes.Resources;

namespace Crik.Operator.Policies.Measuring;

/// <summary>What was measured, or why nothing was.</summary>
/// <param name="Nodes">By name. A node that is missing was not measured.</param>
/// <param name="Pods">By name, and by the node whose kubelet said it. The node is null if metrics.k8s.io said it.</param>
internal sealed record LoadReading(IReadOnlyDictionary<string, Load> Nodes, IReadOnlyDictionary<(ObjectName Pod, string? Node), Load> Pods)
{
    /// <summary>Why some or all nodes are missing. Null: nobody has refused.</summary>
    public string? Problem { get; init; }

    /// <returns>The load of a pod, or null if it is not known. A kubelet may only say it of the pods of its own node.</returns>
    public Load? Of(ObjectName pod, string node) =>
        Pods.TryGetValue((pod, node), out Load load) || Pods.TryGetValue((pod, null), out load) ? load : null;

    public static LoadReading None(string problem) => new(new Dictionary<string, Load>(), new Dictionary<(ObjectName, string?), Load>()) { Problem = problem };
}
