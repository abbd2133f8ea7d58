using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>Fails a test in which a policy asks for PodCheckpoints: it only moves pods under crik.</summary>
internal sealed class NoCheckpoints : IMigrationCheckpoints
{
    public Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CreateAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken) => throw new NotSupportedException();
}
