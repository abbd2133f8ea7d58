using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Events;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>Writes Events about PodMigrations and their pods, and lines of the log.</summary>
internal sealed class MigrationNotices(KubernetesApi api, TimeProvider clock, ILogger<MigrationNotices> log) : IMigrationNotices
{
    private readonly EventRecorder _events = new(api, "crik-operator", clock);

    public void Stuck(PodMigrationDocument item, KubernetesException problem, TimeSpan pause) =>
        log.MigrationInterrupted(item.Metadata!.Namespace!, item.Metadata.Name!, problem.Message, pause.TotalSeconds);

    public async Task TellAsync(PodMigrationDocument item, PodMove? pod, string reason, string message, CancellationToken cancellationToken)
    {
        (string space, string name) = (item.Metadata!.Namespace!, item.Metadata.Name!);
        bool isWarning = reason is not PodMigrationReasons.Completed;
        string text = pod is null ? message : $"{pod.Name}: {message}";
        log.MigrationTold(space, name, reason, text);
        try
        {
            await _events.RecordAsync(
                new ObjectReference(PodMigrationDocument.ApiVersionName, PodMigrationDocument.KindName, space, name, item.Metadata.Uid!),
                isWarning, reason, text, cancellationToken);
            if (pod is { Replacement: { Name: { } next, Uid: { } uid } })
            {
                await _events.RecordAsync(new ObjectReference("v1", "Pod", space, next, uid), isWarning, $"Migration{reason}", message, cancellationToken);
            }
        }
        catch (KubernetesException problem)
        {
            log.MigrationEventNotWritten(space, name, problem.Message);
        }
    }
}
