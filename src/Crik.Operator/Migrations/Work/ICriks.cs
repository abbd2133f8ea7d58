using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Migrations.Work;

/// <summary>The criks in the containers of a pod. Every method throws a KubernetesException if the API server does not answer.</summary>
internal interface ICriks
{
    /// <returns>Null if one of them does not answer.</returns>
    Task<IReadOnlyList<CrikState>?> ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken);

    /// <summary>Orders a checkpoint at SIGTERM, or takes that back.</summary>
    /// <returns>Why crik refuses, or null.</returns>
    Task<string?> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken);
}
