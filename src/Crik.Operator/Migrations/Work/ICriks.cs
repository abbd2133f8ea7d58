using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Migrations.Work;

/// <summary>
/// The criks in the containers of a pod. Nothing here throws when nobody answers: the node may be dead, and other pods wait for
/// their turn. Every answer comes within seconds.
/// </summary>
internal interface ICriks
{
    /// <returns>Null if one of them does not answer.</returns>
    Task<IReadOnlyList<CrikState>?> ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken);

    /// <summary>Orders a checkpoint at SIGTERM, or takes that back.</summary>
    Task<OrderAnswer> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken);
}
