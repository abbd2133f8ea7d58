using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;

namespace Crik.Kubectl.Rollback;

/// <summary>The object that makes a pod again after it ended, and how it is scaled down and up.</summary>
internal sealed record PodOwner(Target Target, JsonObject Json)
{
    public long Replicas => Target.Kind == ObjectKind.Job ? Json.IsTrue("spec", "suspend") ? 0 : 1 : Json.Number("spec", "replicas") ?? 1;

    /// <summary>How many replicas may stay while a pod is away. Only the pods of a StatefulSet have an order.</summary>
    public long Reduced(string pod) => Ordinal(pod) is { } ordinal ? Math.Min(Replicas, Math.Max(0, ordinal - FirstOrdinal)) : 0;

    /// <summary>Whether a pod ends when the owner is scaled down to a number of replicas.</summary>
    public bool Ends(JsonObject pod, long replicas) =>
        pod.Text("status", "phase") is not ("Succeeded" or "Failed") && (Ordinal(pod.Name()) is not { } ordinal || ordinal - FirstOrdinal >= replicas);

    /// <summary>A field of the object, or of its subresource `scale`.</summary>
    public (JsonObject Fields, string? Subresource) Scaled(long replicas) => Target.Kind == ObjectKind.Job
        ? (new JsonObject { ["spec"] = new JsonObject { ["suspend"] = replicas == 0 } }, null)
        : (new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, "scale");

    /// <summary>What a person types to scale it.</summary>
    public string CommandTo(long replicas, string space) => Target.Kind == ObjectKind.Job
        ? $"kubectl -n {space} patch {Target} -p '{{\"spec\":{{\"suspend\":{(replicas == 0 ? "true" : "false")}}}}}'"
        : $"kubectl -n {space} scale {Target} --replicas={replicas}";

    private long FirstOrdinal => Json.Number("spec", "ordinals", "start") ?? 0;

    private long? Ordinal(string pod) => Target.Kind == ObjectKind.StatefulSet && pod.StartsWith($"{Target.Name}-", StringComparison.Ordinal)
        && long.TryParse(pod.AsSpan(Target.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long ordinal) ? ordinal : null;

    /// <summary>Finds the owner of a pod: a Deployment rather than its ReplicaSet.</summary>
    /// <exception cref="KubectlException">Nobody makes the pod again, or somebody that this program cannot scale.</exception>
    public static async Task<PodOwner> OfAsync(ClusterSession cluster, JsonObject pod, CancellationToken cancellationToken)
    {
        JsonObject item = pod;
        PodOwner? owner = null;
        while (Controller(item) is { } reference)
        {
            ObjectKind kind = ObjectKind.OfKind(reference.Text("kind")) is { } known && known.Names[0] is "statefulset" or "deployment" or "replicaset" or "job" ? ObjectKind.OfKind(reference.Text("kind"))!
                : owner is null ? throw new KubectlException($"pod {pod.Name()} belongs to a {reference.Text("kind")}, which cannot be scaled down for a rollback; {ByHand}") : ObjectKind.Pod;
            if (kind == ObjectKind.Pod)
            {
                break; // for example a CronJob above a Job
            }

            Target target = new(kind, reference.Text("name") ?? "");
            item = await cluster.GetAsync(target, cancellationToken);
            owner = new PodOwner(target, item);
        }

        return owner ?? throw new KubectlException($"pod {pod.Name()} has no owner that would make it again after the rollback; {ByHand}");
    }

    /// <summary>Finds the owner that carries the plan of an interrupted rollback of a pod, which is gone meanwhile.</summary>
    public static async Task<PodOwner?> WithPlanAsync(ClusterSession cluster, Target target, CancellationToken cancellationToken)
    {
        if (target.Kind != ObjectKind.Pod)
        {
            return await cluster.FindAsync(target.Kind.Type, target.Name, cancellationToken) is { } named && RollbackPlan.Of(named) is not null ? new PodOwner(target, named) : null;
        }

        if (await cluster.FindAsync(target.Kind.Type, target.Name, cancellationToken) is not null)
        {
            return null; // its owner will be found, and the user may have no right to list others
        }

        foreach (ObjectKind kind in new[] { ObjectKind.StatefulSet, ObjectKind.Deployment, ObjectKind.ReplicaSet, ObjectKind.Job })
        {
            IReadOnlyList<JsonObject> items = await cluster.ListAsync(kind.Type, cluster.Namespace, null, cancellationToken);
            if (items.FirstOrDefault(item => RollbackPlan.Of(item)?.Pod == target.Name) is { } found)
            {
                return new PodOwner(new Target(kind, found.Name()), found);
            }
        }

        return null;
    }

    private const string ByHand = "delete the pod, run crik rollback in a pod with the same volume, and create the pod again";

    private static JsonObject? Controller(JsonObject item) => item.Objects("metadata", "ownerReferences").FirstOrDefault(static reference => reference.IsTrue("controller"));
}
