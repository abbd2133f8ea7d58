using System.Text.Json.Nodes;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>A pod that a policy selects, on a node that it watches.</summary>
/// <param name="Json">The pod as the API server has it.</param>
internal sealed record MeasuredPod(string Namespace, MovingPod Pod, JsonObject Json, Load Load)
{
    /// <summary>The number of its priority class. 0 if it has none, as for the scheduler.</summary>
    public long Priority { get; init; }

    /// <summary>How long the last move of its workload took. Null: none was measured.</summary>
    public TimeSpan? MoveTime { get; init; }

    /// <summary>Its controller, with its name or index if it has one that stays.</summary>
    public string Workload => WorkloadOf(Pod);

    public static string WorkloadOf(MovingPod pod) => pod.Owner is not { } owner ? pod.Uid
        : owner.Kind is "StatefulSet" ? $"{owner.Id}/{pod.Name}"
        : pod.CompletionIndex is { } index ? $"{owner.Id}/{index}"
        : owner.Id;
}
