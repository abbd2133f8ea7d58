using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeStateServer.Pods;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Reads one pod from the API server. The server's own account needs the right to get pods.</summary>
internal sealed class PodApi(KubernetesApi api, KubernetesJson json) : IPodSource
{
    private readonly ResourceClient<PodDocument> _pods = new(api, ResourceType.Core("pods"), json.PodDocument);

    public async Task<PodDisruption?> FindAsync(PodName pod, CancellationToken cancellationToken)
    {
        try
        {
            PodDocument? found = await _pods.FindAsync(new ObjectName(pod.Namespace, pod.Name), cancellationToken);
            return found?.Metadata?.Uid is { } uid ? new PodDisruption(uid, found.Spec?.NodeName, found.DisruptionReason) : null;
        }
        catch (KubernetesException exception)
        {
            throw new PodSourceException(exception.Message, exception);
        }
    }
}
