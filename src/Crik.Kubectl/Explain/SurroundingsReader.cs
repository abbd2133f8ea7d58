using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;
using Crik.Pods;

namespace Crik.Kubectl.Explain;

/// <summary>Reads what surrounds a pod: its namespace, its claims with their volumes, and its node.</summary>
internal sealed class SurroundingsReader(ClusterSession cluster)
{
    private static readonly ResourceType s_namespaces = ResourceType.Core("namespaces"), s_claims = ResourceType.Core("persistentvolumeclaims"),
        s_volumes = ResourceType.Core("persistentvolumes"), s_nodes = ResourceType.Core("nodes");

    private readonly List<string> _notRead = [];

    /// <summary>What could not be read, and why.</summary>
    public IReadOnlyList<string> NotRead => _notRead;

    /// <param name="pod">A pod, or the template of one.</param>
    public async Task<PodSurroundings> ReadAsync(JsonObject pod, PodController? controller, bool isTemplate, CancellationToken cancellationToken)
    {
        JsonObject? space = await TryAsync($"namespace {cluster.Namespace}", () => cluster.FindGlobalAsync(s_namespaces, cluster.Namespace, cancellationToken));
        NamespaceFacts facts = new(cluster.Namespace, space is null ? NamespaceFacts.Unknown.Labels : Labels.Of(space));
        List<VolumeFacts> volumes = [];
        foreach (string claim in pod.Objects("spec", "volumes").Select(static volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>().Distinct())
        {
            if (await VolumeAsync(claim, cancellationToken) is { } volume)
            {
                volumes.Add(volume);
            }
        }

        return new PodSurroundings(new PodToInject(pod, controller, facts) { IsTemplate = isTemplate }, volumes, await NodeAsync(pod, cancellationToken));
    }

    private async Task<VolumeFacts?> VolumeAsync(string name, CancellationToken cancellationToken)
    {
        if (await TryAsync($"claim {name}", () => cluster.FindAsync(s_claims, name, cancellationToken)) is not { } claim)
        {
            return null;
        }

        JsonObject? volume = claim.Text("spec", "volumeName") is { Length: > 0 } bound
            ? await TryAsync($"volume {bound} of claim {name}", () => cluster.FindGlobalAsync(s_volumes, bound, cancellationToken)) : null;
        IEnumerable<JsonObject> terms = volume.Objects("spec", "nodeAffinity", "required", "nodeSelectorTerms").SelectMany(static term => term.Objects("matchExpressions"));
        string[] modes = [.. (volume ?? claim).Texts("spec", "accessModes")];
        return new VolumeFacts(
            name, modes,
            [.. Values(terms, static key => key.EndsWith("/zone", StringComparison.Ordinal))],
            [.. Values(terms, static key => key == "kubernetes.io/hostname")]);
    }

    private static IEnumerable<string> Values(IEnumerable<JsonObject> terms, Func<string, bool> isWanted) =>
        terms.Where(term => term.Text("key") is { } key && isWanted(key) && term.Text("operator") == "In").SelectMany(static term => term.Texts("values")).Distinct();

    private async Task<NodeFacts?> NodeAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        if (pod.Text("spec", "nodeName") is not { } name
            || await TryAsync($"node {name}", () => cluster.FindGlobalAsync(s_nodes, name, cancellationToken)) is not { } node)
        {
            return null;
        }

        return NodeFacts.Of(node);
    }

    private async Task<JsonObject?> TryAsync(string what, Func<Task<JsonObject?>> read)
    {
        try
        {
            JsonObject? found = await read();
            if (found is null)
            {
                _notRead.Add($"{what} does not exist");
            }

            return found;
        }
        catch (KubernetesException exception)
        {
            _notRead.Add($"{what}: {exception.Message}");
            return null;
        }
    }
}
