using Crik.Kubernetes.Resources;

namespace Crik.Operator.Policies.Measuring;

/// <summary>What was measured, or why nothing was.</summary>
/// <param name="Nodes">By name. A node that is missing was not measured.</param>
internal sealed record LoadReading(IReadOnlyDictionary<string, Load> Nodes, IReadOnlyDictionary<ObjectName, Load> Pods)
{
    /// <summary>Why some or all nodes are missing. Null: nobody has refused.</summary>
    public string? Problem { get; init; }

    public static LoadReading None(string problem) => new(new Dictionary<string, Load>(), new Dictionary<ObjectName, Load>()) { Problem = problem };
}
