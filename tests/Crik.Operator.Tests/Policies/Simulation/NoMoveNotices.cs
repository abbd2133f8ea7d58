using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>Policies tell nothing about PodMigrations.</summary>
internal sealed class NoMoveNotices : IMigrationNotices
{
    public Task TellAsync(PodMigrationDocument item, PodMove? pod, string reason, string message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Stuck(PodMigrationDocument item, KubernetesException problem, TimeSpan pause) => throw new NotSupportedException();
}
