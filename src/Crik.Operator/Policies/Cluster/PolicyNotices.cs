using Crik.Contracts.MigrationPolicies;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Events;
using Crik.Operator.Policies.Deciding;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Policies.Cluster;

/// <summary>Writes Events about MigrationPolicies, and lines of the log.</summary>
internal sealed class PolicyNotices(KubernetesApi api, TimeProvider clock, ILogger<PolicyNotices> log) : IPolicyNotices
{
    private readonly EventRecorder _events = new(api, "crik-operator", clock);

    public async Task TellAsync(MigrationPolicyDocument item, PolicyNotice notice, CancellationToken cancellationToken)
    {
        string name = item.Metadata!.Name!;
        log.PolicyTold(name, notice.Reason, notice.Message);
        try
        {
            ObjectReference policy = new(MigrationPolicyDocument.ApiVersionName, MigrationPolicyDocument.KindName, null, name, item.Metadata.Uid!);
            await _events.RecordAsync(policy, notice.IsWarning, notice.Reason, notice.Message, cancellationToken);
        }
        catch (KubernetesException problem)
        {
            log.PolicyEventNotWritten(name, problem.Message);
        }
    }
}
