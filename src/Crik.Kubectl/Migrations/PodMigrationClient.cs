using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Kubectl.Migrations;

/// <summary>Reads and creates PodMigrations.</summary>
internal sealed class PodMigrationClient(ClusterSession cluster)
{
    private readonly ResourceClient<PodMigrationDocument> _client = cluster.Client(Type, ContractsJson.Default.PodMigrationDocument);

    public static ResourceType Type { get; } = new(PodMigrationDocument.Group, PodMigrationDocument.Version, PodMigrationDocument.Plural);

    /// <exception cref="KubectlException">The cluster knows no PodMigrations.</exception>
    public async Task<PodMigrationDocument> CreateAsync(PodMigrationDocument migration, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CreateAsync(migration.Metadata!.Namespace, migration, cancellationToken, new CallOptions { FieldManager = "kubectl-crik" });
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            throw NotInstalled(exception);
        }
    }

    /// <returns>Null when there is no such object.</returns>
    public Task<PodMigrationDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _client.FindAsync(name, cancellationToken);

    public static KubectlException NotInstalled(KubernetesException exception) => new(
        $"this cluster knows no PodMigrations: install the chart charts/crik, which brings them, with migration.enabled=true ({exception.Message})", exception);
}
