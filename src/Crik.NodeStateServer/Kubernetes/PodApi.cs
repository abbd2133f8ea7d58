using System.Net;
using System.Text.Json;
using Crik.Kubernetes.Api;
using Crik.NodeStateServer.Pods;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Reads one pod from the API server. The server's own account needs the right to get pods.</summary>
internal sealed class PodApi(KubernetesApi api, KubernetesJson json) : IPodSource
{
    public async Task<PodDisruption?> FindAsync(PodName pod, CancellationToken cancellationToken)
    {
        string path = $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}";
        try
        {
            using HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            PodDocument? found = await JsonSerializer.DeserializeAsync(stream, json.PodDocument, cancellationToken);
            return found?.Metadata?.Uid is { } uid ? new PodDisruption(uid, found.Spec?.NodeName, found.DisruptionReason) : null;
        }
        catch (KubernetesException exception) when (exception.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception exception) when (exception is KubernetesException or JsonException or IOException or HttpRequestException)
        {
            throw new PodSourceException(exception.Message, exception);
        }
    }
}
