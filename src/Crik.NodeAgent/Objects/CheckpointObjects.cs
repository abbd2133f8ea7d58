using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.NodeAgent.Objects;

/// <summary>The PodCheckpoints at the API server.</summary>
internal sealed class CheckpointObjects(KubernetesApi api) : ICheckpointObjects
{
    public static ResourceType Type { get; } = new(PodCheckpointDocument.Group, PodCheckpointDocument.Version, PodCheckpointDocument.Plural);

    private readonly ResourceClient<PodCheckpointDocument> _objects = new(api, Type, ContractsJson.Default.PodCheckpointDocument);

    public Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _objects.FindAsync(name, cancellationToken);

    public Task<PodCheckpointDocument> WriteStatusAsync(PodCheckpointDocument item, PodCheckpointStatus status, CancellationToken cancellationToken) =>
        _objects.UpdateAsync(NameOf(item), item with { Status = status }, cancellationToken, "status");

    public Task SetFinalizersAsync(PodCheckpointDocument item, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
    {
        JsonArray list = new([.. finalizers.Select(static name => (JsonNode)JsonValue.Create(name)!)]);
        JsonObject metadata = new() { ["resourceVersion"] = item.Metadata!.ResourceVersion, ["finalizers"] = list };
        return _objects.PatchAsync(NameOf(item), Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken);
    }

    /// <summary>Deletes an object, if it is still this one.</summary>
    public Task DeleteAsync(PodCheckpointDocument item, CancellationToken cancellationToken) =>
        _objects.DeleteAsync(NameOf(item), cancellationToken, new Deletion { Preconditions = new DeletionPreconditions { Uid = item.Metadata!.Uid } });

    private static ObjectName NameOf(PodCheckpointDocument item) => new(item.Metadata!.Namespace, item.Metadata.Name!);
}
