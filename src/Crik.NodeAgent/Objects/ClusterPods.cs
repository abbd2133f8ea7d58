using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Steps;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.NodeAgent.Objects;

/// <summary>The pods at the API server.</summary>
internal sealed class ClusterPods(KubernetesApi api) : IPods
{
    private readonly ResourceClient<JsonObject> _pods = ResourceClient.OfJson(api, ResourceType.Core("pods"));

    public async Task<PodView?> FindAsync(ObjectName name, CancellationToken cancellationToken) => await _pods.FindAsync(name, cancellationToken) is { } pod ? View(pod) : null;

    public async Task<bool> DeleteAsync(ObjectName name, string uid, CancellationToken cancellationToken)
    {
        try
        {
            await _pods.DeleteAsync(name, cancellationToken, new Deletion { Preconditions = new DeletionPreconditions { Uid = uid } });
            return true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
        catch (KubernetesException refusal) when (refusal.IsConflict)
        {
            // Another pod has the name now. A webhook can refuse with the same answer, and then the pod is still there.
            if (await FindAsync(name, cancellationToken) is { IsEnding: false } pod && pod.Uid == uid)
            {
                throw;
            }

            return false;
        }
    }

    internal static PodView View(JsonObject pod)
    {
        JsonObject[] containers = [.. pod.At("spec", "containers").Maps()];
        HashSet<string?> running = [.. pod.At("status", "containerStatuses").Maps()
            .Where(static status => status.At("state", "running") is JsonObject).Select(static status => status.At("name").Text())];
        return new PodView(
            pod.At("metadata", "uid").Text() ?? "",
            pod.At("spec", "nodeName").Text(),
            pod.At("status", "phase").Text() ?? "Unknown",
            [.. containers.Where(static container => container.At("name").Text() is not null).Select(container => View(container, running))],
            [.. containers.Where(CrikSigns.IsUnderCrik).Select(static container => container.At("name").Text()).OfType<string>()])
        {
            IsEnding = pod.At("metadata", "deletionTimestamp") is not null,
            StaticUid = pod.At("metadata", "annotations", "kubernetes.io/config.mirror") is null ? null
                : pod.At("metadata", "annotations", "kubernetes.io/config.hash").Text(),
            ControllerUid = pod.At("metadata", "ownerReferences").Maps()
                .FirstOrDefault(static owner => owner.At("controller").IsTrue())?.At("uid").Text(),
            Template = RestoredPod.TemplateText(pod),
        };
    }

    private static ContainerView View(JsonObject container, HashSet<string?> running)
    {
        string name = container.At("name").Text()!;
        return new ContainerView(name, running.Contains(name))
        {
            MemoryLimit = Quantity.Read(container.At("resources", "limits", "memory")) is > 0 and < 1e18 and var bytes ? (long)bytes : null,
        };
    }
}
