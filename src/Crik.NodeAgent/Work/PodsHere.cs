using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;

namespace Crik.NodeAgent.Work;

/// <summary>The pods of this node, so that the agent knows for which objects it is asked.</summary>
internal sealed class PodsHere(KubernetesApi api, string node, TimeProvider clock)
{
    private readonly ConcurrentDictionary<ObjectName, bool> _pods = [];
    private readonly HashSet<ObjectName> _listed = [];

    public bool Contains(ObjectName pod) => _pods.ContainsKey(pod);

    /// <summary>Follows the pods until it is canceled.</summary>
    /// <param name="appeared">Hears of each pod that was not there before, or that has changed.</param>
    public Task FollowAsync(Action<ObjectName> appeared, Action<FollowTrouble> failed, CancellationToken cancellationToken) =>
        new ResourceFollower<PodHeadDocument>(
            api, new ResourceSelection(ResourceType.Core("pods"), FieldSelector: $"spec.nodeName={node}"), PodHeadJson.Default.PodHeadDocument, new FollowOptions(), clock)
            .FollowAsync(change => Seen(change, appeared, failed), cancellationToken);

    private void Seen(ResourceChange<PodHeadDocument> change, Action<ObjectName> appeared, Action<FollowTrouble> failed)
    {
        switch (change)
        {
            case { Kind: ResourceChangeKind.ListBegins }:
                _listed.Clear();
                break;
            case { Kind: ResourceChangeKind.Present, Item.Metadata: { Name: { } name, Namespace: { } space } }:
                ObjectName pod = new(space, name);
                _listed.Add(pod);
                _pods[pod] = true;
                appeared(pod);
                break;
            case { Kind: ResourceChangeKind.Deleted, Item.Metadata: { Name: { } gone, Namespace: { } from } }:
                _pods.TryRemove(new ObjectName(from, gone), out _);
                break;
            case { Kind: ResourceChangeKind.Listed }:
                foreach (ObjectName missing in _pods.Keys.Where(known => !_listed.Contains(known)))
                {
                    _pods.TryRemove(missing, out _);
                }

                break;
            case { Trouble: { } trouble }:
                failed(trouble);
                break;
        }
    }
}

/// <summary>The fields of a pod that are followed.</summary>
internal sealed class PodHeadDocument
{
    [JsonPropertyName("metadata")]
    public PodHeadMetadata? Metadata { get; set; }
}

internal sealed class PodHeadMetadata
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

[JsonSerializable(typeof(PodHeadDocument))]
internal sealed partial class PodHeadJson : JsonSerializerContext;
