using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Events;

namespace Crik.NodeAgent.Objects;

/// <summary>Writes Events about PodCheckpoints and their pods, and lines of the log.</summary>
internal sealed class Notices(KubernetesApi api, TimeProvider clock, ILogger<Notices> log) : INotices
{
    private readonly EventRecorder _events = new(api, "crik-node-agent", clock);

    public async Task TellAsync(PodCheckpointDocument item, bool isWarning, string reason, string message, CancellationToken cancellationToken)
    {
        (string space, string name) = (item.Metadata!.Namespace!, item.Metadata.Name!);
        if (isWarning)
        {
            log.Failed(space, name, reason, message);
        }
        else
        {
            log.Completed(space, name, message);
        }

        try
        {
            ObjectReference about = new(PodCheckpointDocument.ApiVersionName, PodCheckpointDocument.KindName, space, name, item.Metadata.Uid!);
            await _events.RecordAsync(about, isWarning, reason, message, cancellationToken);
            if (item is { Spec.Pod: { } pod, Status.PodUid: { } uid })
            {
                await _events.RecordAsync(new ObjectReference("v1", "Pod", space, pod, uid), isWarning, $"Checkpoint{reason}", message, cancellationToken);
            }
        }
        catch (KubernetesException problem)
        {
            log.EventNotWritten(space, name, problem.Message);
        }
    }
}
