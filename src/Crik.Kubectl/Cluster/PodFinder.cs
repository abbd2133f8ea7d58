using System.Text.Json.Nodes;

namespace Crik.Kubectl.Cluster;

/// <summary>Finds the pod that somebody means.</summary>
internal static class PodFinder
{
    /// <returns>The pod itself, or of a Deployment and the like its first pod that runs, as `kubectl exec` chooses one.</returns>
    public static async Task<JsonObject> FindAsync(ClusterSession cluster, Target target, CancellationToken cancellationToken)
    {
        JsonObject found = await cluster.GetAsync(target, cancellationToken);
        if (target.Kind == ObjectKind.Pod)
        {
            return found;
        }

        IReadOnlyList<JsonObject> pods = await PodsOfAsync(cluster, found, cancellationToken);
        return pods.OrderByDescending(IsRunning).ThenBy(static pod => pod.Name(), StringComparer.Ordinal).FirstOrDefault()
            ?? throw new KubectlException($"{target} has no pod at the moment");
    }

    /// <summary>The pods that the selector of an object chooses.</summary>
    public static Task<IReadOnlyList<JsonObject>> PodsOfAsync(ClusterSession cluster, JsonObject owner, CancellationToken cancellationToken) =>
        Selector(owner) is { } selector
            ? cluster.ListAsync(ObjectKind.Pod.Type, cluster.Namespace, selector, cancellationToken)
            : Task.FromResult<IReadOnlyList<JsonObject>>([]);

    public static bool IsRunning(JsonObject pod) => pod.Text("status", "phase") is "Running" && pod.At("metadata", "deletionTimestamp") is null;

    /// <summary>
    /// Writes a LabelSelector (meta/v1) as the query of a list. Null if it has a part that this cannot write: an empty
    /// selector would choose all pods.
    /// </summary>
    internal static string? Selector(JsonObject owner)
    {
        JsonObject? selector = owner.At("spec", "selector") as JsonObject;
        IEnumerable<string> labels = (selector.At("matchLabels") as JsonObject ?? []).Select(static pair => $"{pair.Key}={pair.Value.Text()}");
        IEnumerable<string?> expressions = selector.Objects("matchExpressions").Select(static part => (part.Text("operator"), part.Text("key"), string.Join(',', part.Texts("values"))) switch
        {
            ("In", var key, var values) => $"{key} in ({values})",
            ("NotIn", var key, var values) => $"{key} notin ({values})",
            ("Exists", var key, _) => key,
            ("DoesNotExist", var key, _) => $"!{key}",
            _ => null,
        });
        string?[] all = [.. labels, .. expressions];
        return all.Length == 0 || all.Contains(null) ? null : string.Join(',', all);
    }
}
