using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Migrations.Work;

/// <summary>The pods in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IMigrationPods
{
    Task<JsonObject?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    Task<IReadOnlyList<JsonObject>> ListAsync(string space, CancellationToken cancellationToken);

    /// <summary>The pods that a spec asks for, with those that end.</summary>
    Task<IReadOnlyList<JsonObject>> SelectAsync(string space, PodMigrationSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a pod with its own grace period, unless anything of it has changed since it was read. Then nothing happens: another
    /// operator may have decided otherwise, or the scheduler may have found a node for it. The next look shows what it is now.
    /// </summary>
    Task DeleteAsync(string space, MovingPod pod, CancellationToken cancellationToken);

    /// <summary>Creates a pod. Nothing happens if there is one of this name already.</summary>
    Task CreateAsync(string space, JsonObject pod, CancellationToken cancellationToken);

    /// <summary>Changes fields of a pod, unless it was changed since it was read. Then nothing happens.</summary>
    /// <param name="fields">A JSON merge patch.</param>
    Task ChangeAsync(JsonObject pod, JsonObject fields, CancellationToken cancellationToken);
}
