using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>The PodMigrations at the API server.</summary>
internal sealed class MigrationObjects(KubernetesApi api) : IMigrationObjects
{
    public static ResourceType Type { get; } = new(PodMigrationDocument.Group, PodMigrationDocument.Version, PodMigrationDocument.Plural);

    private readonly ResourceClient<PodMigrationDocument> _objects = new(api, Type, ContractsJson.Default.PodMigrationDocument);

    public Task<PodMigrationDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _objects.FindAsync(name, cancellationToken);

    public async Task<IReadOnlyList<PodMigrationDocument>> ListAsync(string? space, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.ListAllAsync(new ListQuery { Namespace = space }, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return []; // somebody has removed the definition of the objects, and with it all of them
        }
    }

    public Task<PodMigrationDocument> WriteStatusAsync(PodMigrationDocument item, PodMigrationStatus status, CancellationToken cancellationToken) =>
        _objects.UpdateAsync(NameOf(item), item with { Status = status }, cancellationToken, "status");

    public Task ProtectAsync(PodMigrationDocument item, CancellationToken cancellationToken) =>
        ChangeAsync(item, [.. item.Metadata!.Finalizers ?? [], PodMigrationNames.Finalizer], cancellationToken);

    public Task ReleaseAsync(PodMigrationDocument item, CancellationToken cancellationToken) =>
        ChangeAsync(item, (item.Metadata!.Finalizers ?? []).Where(static name => name != PodMigrationNames.Finalizer), cancellationToken);

    private Task<PodMigrationDocument> ChangeAsync(PodMigrationDocument item, IEnumerable<string> finalizers, CancellationToken cancellationToken) =>
        _objects.PatchAsync(NameOf(item), Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = item.Metadata!.ResourceVersion, ["finalizers"] = finalizers.ToList() },
        }), cancellationToken);

    private static ObjectName NameOf(PodMigrationDocument item) => new(item.Metadata!.Namespace, item.Metadata.Name!);
}
