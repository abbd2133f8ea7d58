using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Pods;

namespace Crik.NodeAgent.Objects;

/// <summary>The PodCheckpoints at the API server.</summary>
internal sealed class CheckpointObjects(KubernetesApi api) : ICheckpointObjects
{
    public static ResourceType Type { get; } = new(PodCheckpointDocument.Group, PodCheckpointDocument.Version, PodCheckpointDocument.Plural);

    private readonly ResourceClient<PodCheckpointDocument> _objects = new(api, Type, ContractsJson.Default.PodCheckpointDocument);

    public Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _objects.FindAsync(name, cancellationToken);

    public Task<PodCheckpointDocument> WriteStatusAsync(PodCheckpointDocument item, PodCheckpointStatus status, CancellationToken cancellationToken) =>
        _objects.UpdateAsync(NameOf(item), item with { Status = status }, cancellationToken, "status");

    public Task<PodCheckpointDocument> ProtectAsync(PodCheckpointDocument item, string? pod, CancellationToken cancellationToken)
    {
        IEnumerable<string> others = (item.Metadata!.Finalizers ?? []).Where(static name => name != PodCheckpointNames.ImageFinalizer);
        JsonObject metadata = WithFinalizers(item, [.. others, PodCheckpointNames.ImageFinalizer]);
        if (pod is not null || item.Status?.PodSha256 is null)
        {
            metadata["annotations"] = new JsonObject { [PodNames.SavedPodAnnotation] = pod };
        }

        return ChangeAsync(item, metadata, cancellationToken);
    }

    public Task ReleaseAsync(PodCheckpointDocument item, CancellationToken cancellationToken) => ChangeAsync(
        item, WithFinalizers(item, [.. (item.Metadata!.Finalizers ?? []).Where(static name => name != PodCheckpointNames.ImageFinalizer)]), cancellationToken);

    /// <summary>Deletes an object. It is a conflict if somebody has changed it since it was read, such as to pin it.</summary>
    public Task DeleteAsync(PodCheckpointDocument item, CancellationToken cancellationToken) => _objects.DeleteAsync(
        NameOf(item), cancellationToken, new Deletion { Preconditions = new DeletionPreconditions { Uid = item.Metadata!.Uid, ResourceVersion = item.Metadata.ResourceVersion } });

    private static JsonObject WithFinalizers(PodCheckpointDocument item, IEnumerable<string> finalizers) => new()
    {
        ["resourceVersion"] = item.Metadata!.ResourceVersion,
        ["finalizers"] = new JsonArray([.. finalizers.Select(static name => (JsonNode)JsonValue.Create(name)!)]),
    };

    private Task<PodCheckpointDocument> ChangeAsync(PodCheckpointDocument item, JsonObject metadata, CancellationToken cancellationToken) =>
        _objects.PatchAsync(NameOf(item), Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken);

    private static ObjectName NameOf(PodCheckpointDocument item) => new(item.Metadata!.Namespace, item.Metadata.Name!);
}
