using Crik.Kubernetes.Api;
using Crik.Kubernetes.Leases;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Configuration;

namespace Crik.NodeAgent.Leading;

/// <summary>Runs what only one agent may do, in the one that the Lease elects.</summary>
internal sealed class Leader : BackgroundService
{
    private readonly LeaderElection _election;
    private readonly Upkeep _upkeep;
    private readonly ILogger<Leader> _log;

    public Leader(KubernetesApi api, AgentOptions options, Upkeep upkeep, TimeProvider clock, ILogger<Leader> log)
    {
        (_upkeep, _log) = (upkeep, log);
        LeaseOptions lease = new(new ObjectName(options.Namespace, options.Name), options.Identity);
        _election = new LeaderElection(api, lease, clock) { Failed = exception => log.LeaseFailed(exception.Message) };
    }

    public bool IsLeader => _election.IsLeader;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _election.RunAsync(LeadAsync, stoppingToken);

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        _log.Leads();
        try
        {
            await _upkeep.RunAsync(cancellationToken);
        }
        finally
        {
            _log.LeadsNoLonger();
        }
    }
}
