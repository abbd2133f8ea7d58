using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Leases;
using Crik.Kubernetes.Resources;
using Crik.Operator.Certificates;
using Crik.Operator.Configuration;
using Crik.Operator.EvictionRequests;
using Crik.Operator.Migrations;
using Crik.Operator.Policies;
using Crik.Operator.Upkeep;

namespace Crik.Operator.Leading;

/// <summary>Runs what only one replica may do, in the one that the Lease elects.</summary>
internal sealed class Leader : BackgroundService
{
    private readonly LeaderElection _election;
    private readonly KeyKeeper _keys;
    private readonly PodUpkeep _pods;
    private readonly LeaderMetrics _metrics;
    private readonly HeldPods _held;
    private readonly MigrationQueue? _migrations;
    private readonly EvictionQueue? _evictions;
    private readonly PolicyQueue? _policies;
    private readonly ILogger<Leader> _log;

    public Leader(KubernetesApi api, OperatorOptions options, IServiceProvider services)
    {
        _keys = services.GetRequiredService<KeyKeeper>();
        _pods = services.GetRequiredService<PodUpkeep>();
        _metrics = services.GetRequiredService<LeaderMetrics>();
        _held = services.GetRequiredService<HeldPods>();
        _migrations = options.MovesPods ? services.GetRequiredService<MigrationQueue>() : null;
        _evictions = options.AnswersEvictions ? services.GetRequiredService<EvictionQueue>() : null;
        _policies = options.Policies.IsOn ? services.GetRequiredService<PolicyQueue>() : null;
        _log = services.GetRequiredService<ILogger<Leader>>();
        LeaseOptions lease = new(new ObjectName(options.Namespace, options.Name), options.Identity);
        _election = new LeaderElection(api, lease, services.GetRequiredService<TimeProvider>()) { Failed = exception => _log.LeaseFailed(exception.Message) };
    }

    public bool IsLeader => _election.IsLeader;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _election.RunAsync(LeadAsync, stoppingToken);

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        _log.Leads();
        try
        {
            Func<CancellationToken, Task>[] migrations = _migrations is null ? [] : [_migrations.RunAsync];
            Func<CancellationToken, Task>[] evictions = _evictions is null ? [] : [_evictions.RunAsync], policies = _policies is null ? [] : [_policies.RunAsync];
            await Together.RunAsync(cancellationToken, [_keys.RunAsync, _pods.RunAsync, _held.RunAsync, .. migrations, .. evictions, .. policies]);
        }
        finally
        {
            _metrics.Upkeep.Clear();
            _metrics.Policies.Clear();
            _log.LeadsNoLonger();
        }
    }
}
