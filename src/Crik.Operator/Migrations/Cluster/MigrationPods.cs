using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>The pods at the API server, and what makes them.</summary>
internal sealed class MigrationPods(KubernetesApi api) : IMigrationPods
{
    private readonly ResourceClient<JsonObject> _pods = ResourceClient.OfJson(api, ResourceType.Core("pods"));
    private readonly ResourceClient<JsonObject> _replicaSets = ResourceClient.OfJson(api, new ResourceType("apps", "v1", "replicasets"));

    public Task<JsonObject?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _pods.FindAsync(name, cancellationToken);

    public Task<IReadOnlyList<JsonObject>> ListAsync(string space, CancellationToken cancellationToken) =>
        _pods.ListAllAsync(new ListQuery { Namespace = space }, cancellationToken);

    public async Task<IReadOnlyList<JsonObject>> SelectAsync(string space, PodMigrationSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Pod is { } name)
        {
            return await FindAsync(new ObjectName(space, name), cancellationToken) is { } pod ? [pod] : [];
        }

        if (spec.Selector is { } selector)
        {
            // An empty text would select all pods. MigrationRequest refuses such a selector before.
            return Text(selector) is { Length: > 0 } labels ? await _pods.ListAllAsync(new ListQuery { Namespace = space, LabelSelector = labels }, cancellationToken) : [];
        }

        return spec.Target is { } target ? await OfTargetAsync(space, target, cancellationToken) : [];
    }

    public async Task DeleteAsync(string space, MovingPod pod, CancellationToken cancellationToken)
    {
        try
        {
            await _pods.DeleteAsync(new ObjectName(space, pod.Name), cancellationToken, new Deletion
            {
                Preconditions = new DeletionPreconditions { Uid = pod.Uid, ResourceVersion = pod.Version },
            });
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            // It is gone, or another one, or was changed. The next look shows which.
        }
    }

    public async Task CreateAsync(string space, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            await _pods.CreateAsync(space, pod, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // The operator before this one was killed after it had created it, or somebody else was faster.
        }
    }

    public async Task ChangeAsync(JsonObject pod, JsonObject fields, CancellationToken cancellationToken)
    {
        JsonObject patch = fields.DeepClone().AsObject();
        patch["metadata"]!["resourceVersion"] = pod.At("metadata", "resourceVersion").Text();
        try
        {
            await _pods.PatchAsync(new ObjectName(pod.At("metadata", "namespace").Text(), pod.At("metadata", "name").Text()!), Patch.Merge(patch), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            // The next look shows what it is now.
        }
    }

    /// <summary>A selector as the API server reads it in a query.</summary>
    internal static string Text(MigrationSelector selector) => string.Join(',', (selector.MatchLabels ?? new Dictionary<string, string>())
        .Select(static label => $"{label.Key}={label.Value}")
        .Concat((selector.MatchExpressions ?? []).Select(static one => one.Operator switch
        {
            "In" => $"{one.Key} in ({string.Join(',', one.Values ?? [])})",
            "NotIn" => $"{one.Key} notin ({string.Join(',', one.Values ?? [])})",
            "DoesNotExist" => $"!{one.Key}",
            _ => one.Key!,
        })));

    /// <summary>A Deployment has its pods through ReplicaSets.</summary>
    private async Task<IReadOnlyList<JsonObject>> OfTargetAsync(string space, MigrationTarget target, CancellationToken cancellationToken)
    {
        string[] replicaSets = target.Kind is not "Deployment" ? []
            : [.. (await _replicaSets.ListAllAsync(new ListQuery { Namespace = space }, cancellationToken))
                .Where(set => Owner.Of(set) is { Kind: "Deployment", Group: "apps" } owner && owner.Name == target.Name)
                .Select(static set => set.At("metadata", "uid").Text() ?? "")];
        string group = target.Kind is "Job" ? "batch" : "apps";
        return [.. (await ListAsync(space, cancellationToken)).Where(pod => Owner.Of(pod) is { } owner
            && (replicaSets.Contains(owner.Id) || (owner.Kind == target.Kind && owner.Group == group && owner.Name == target.Name)))];
    }
}
