using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Resources;

namespace Crik.Operator.Migrations.Work;

/// <summary>The pods in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IMigrationPods
{
    Task<JsonObject?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    Task<IReadOnlyList<JsonObject>> ListAsync(string space, CancellationToken cancellationToken);

    /// <summary>The pods that a spec asks for, with those that end.</summary>
    Task<IReadOnlyList<JsonObject>> SelectAsync(string space, PodMigrationSpec spec, CancellationToken cancellationToken);

    /// <summary>Deletes the pod with this UID, with its own grace period. Nothing happens if it is gone or another one by now.</summary>
    Task DeleteAsync(ObjectName name, string uid, CancellationToken cancellationToken);

    /// <summary>Creates a pod. Nothing happens if there is one of this name already.</summary>
    Task CreateAsync(string space, JsonObject pod, CancellationToken cancellationToken);

    /// <summary>Changes fields of a pod, unless it was changed since it was read. Then nothing happens.</summary>
    /// <param name="fields">A JSON merge patch.</param>
    Task ChangeAsync(JsonObject pod, JsonObject fields, CancellationToken cancellationToken);
}
