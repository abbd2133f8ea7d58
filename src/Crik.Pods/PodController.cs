namespace Crik.Pods;

/// <summary>The object that makes the pod: a Deployment rather than its ReplicaSet, where there is one.</summary>
/// <param name="Kind">Such as `Deployment`, `StatefulSet` or `Job`.</param>
/// <param name="Concurrency">
/// How many of its pods run at the same time: `replicas`, or `parallelism` of a Job. Null if it says nothing, which
/// means 1.
/// </param>
public sealed record PodController(string Kind, string Name, int? Concurrency = null)
{
    /// <summary>Whether a Job gives each pod an index (`completionMode: Indexed`).</summary>
    public bool IsIndexed { get; init; }

    /// <summary>`Recreate` or `RollingUpdate`, of a Deployment. Null if it says nothing, which means RollingUpdate.</summary>
    public string? Strategy { get; init; }
}
