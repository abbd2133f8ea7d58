using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;

namespace Crik.Operator.Migrations.Work;

/// <summary>Tells people what became of a PodMigration and its pods, with Events. They are not essential, so nothing fails without them.</summary>
internal interface IMigrationNotices
{
    /// <param name="pod">The pod that it is about, or null for the whole object.</param>
    Task TellAsync(PodMigrationDocument item, PodMove? pod, string reason, string message, CancellationToken cancellationToken);

    /// <summary>Tells that one move could not go on, while others did.</summary>
    void Stuck(PodMigrationDocument item, KubernetesException problem, TimeSpan pause);
}
