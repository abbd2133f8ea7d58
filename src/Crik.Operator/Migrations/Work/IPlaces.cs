using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Migrations.Work;

/// <summary>What is around a pod that moves. Every method throws a KubernetesException if the API server does not answer.</summary>
internal interface IPlaces
{
    /// <param name="criks">The criks in the pod. Without any, the kubelet saves the pod, and the runtime of the destination restores it.</param>
    Task<Place> ChooseAsync(JsonObject pod, IReadOnlyList<CrikState> criks, MigrationDestination to, CancellationToken cancellationToken);

    /// <summary>Whether the Job of a pod without crik goes on if that pod is deleted, whatever its exit code will be.</summary>
    Task<bool> MayJobLoseAsync(JsonObject pod, CancellationToken cancellationToken);

    /// <summary>Whether the API server asks the webhook about pods like this one.</summary>
    Task<bool> IsSeenByWebhookAsync(JsonObject pod, CancellationToken cancellationToken);
}
