using System.Globalization;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>The API server of a simulation, with its PodCheckpoints and pods.</summary>
internal sealed class SimulatedCluster(Schedule schedule, SimulatedClock clock) : ICheckpointObjects, IPods, INotices
{
    public const string Node = "node-1";

    private int _version;

    public Dictionary<ObjectName, PodCheckpointDocument> Objects { get; } = [];

    public Dictionary<ObjectName, PodView> Pods { get; } = [];

    /// <summary>Is called when an agent deletes a pod, just before it is gone.</summary>
    public Action<ObjectName> PodIsDeleted { get; set; } = static _ => { };

    public void Create(string name, PodCheckpointSpec spec) => Objects[new ObjectName("team", name)] = new PodCheckpointDocument
    {
        Metadata = new ObjectMetadata { Name = name, Namespace = "team", Uid = $"uid-{name}", ResourceVersion = Version(), Generation = 1, CreationTimestamp = clock.GetUtcNow() },
        Spec = spec,
    };

    public void AddPod(string name, params string[] containers) => Pods[new ObjectName("team", name)] =
        new PodView($"uid-of-{name}", Node, "Running", [.. containers.Select(static container => new ContainerView(container, true))], []) { Template = $"template of {name}", ControllerUid = "uid-of-controller" };

    /// <summary>A user deletes an object. It stays as long as it has finalizers.</summary>
    public void Delete(ObjectName name)
    {
        if (Objects.TryGetValue(name, out PodCheckpointDocument? item))
        {
            Objects[name] = item with { Metadata = item.Metadata! with { DeletionTimestamp = clock.GetUtcNow(), ResourceVersion = Version() } };
            Reap(name);
        }
    }

    async Task<PodCheckpointDocument?> ICheckpointObjects.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Objects.GetValueOrDefault(name);
    }

    public async Task<PodCheckpointDocument> WriteStatusAsync(PodCheckpointDocument item, PodCheckpointStatus status, CancellationToken cancellationToken)
    {
        PodCheckpointDocument written = await ChangeAsync(item, old => old with { Status = status });
        return written;
    }

    public async Task<PodCheckpointDocument> ProtectAsync(PodCheckpointDocument item, string? pod, CancellationToken cancellationToken)
    {
        Assert.Null(item.Metadata!.DeletionTimestamp); // the API server refuses new finalizers then
        return await ChangeAsync(item, old => old with { Metadata = old.Metadata! with { Finalizers = [PodCheckpointNames.ImageFinalizer] } });
    }

    public Task ReleaseAsync(PodCheckpointDocument item, CancellationToken cancellationToken) => ChangeAsync(
        item, old => old with { Metadata = old.Metadata! with { Finalizers = [.. old.Metadata.Finalizers!.Where(name => name != PodCheckpointNames.ImageFinalizer)] } });

    async Task<PodView?> IPods.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Pods.GetValueOrDefault(name);
    }

    public async Task<bool> DeleteAsync(ObjectName name, string uid, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (schedule.Happens(30))
        {
            throw new KubernetesException(KubernetesFailure.Refused, "the schedule lets a webhook refuse the deletion") { Status = System.Net.HttpStatusCode.Forbidden };
        }

        bool exists = Pods.TryGetValue(name, out PodView? pod) && pod.Uid == uid;
        if (exists)
        {
            PodIsDeleted(name);
            Pods.Remove(name);
        }

        await schedule.ApiPointAsync();
        return exists;
    }

    public Task TellAsync(PodCheckpointDocument item, bool isWarning, string reason, string message, CancellationToken cancellationToken) => schedule.PointAsync();

    private async Task<PodCheckpointDocument> ChangeAsync(PodCheckpointDocument item, Func<PodCheckpointDocument, PodCheckpointDocument> change)
    {
        await schedule.ApiPointAsync();
        ObjectName name = new("team", item.Metadata!.Name!);
        if (Objects.GetValueOrDefault(name) is not { } old || old.Metadata!.ResourceVersion != item.Metadata.ResourceVersion)
        {
            throw new KubernetesException(KubernetesFailure.Refused, "the object has been modified") { Status = System.Net.HttpStatusCode.Conflict };
        }

        PodCheckpointDocument next = change(old);
        Objects[name] = next = next with { Metadata = next.Metadata! with { ResourceVersion = Version() } };
        Reap(name);
        await schedule.ApiPointAsync();
        return next;
    }

    private void Reap(ObjectName name)
    {
        if (Objects[name].Metadata is { DeletionTimestamp: not null, Finalizers: null or { Count: 0 } })
        {
            Objects.Remove(name);
        }
    }

    private string Version() => (++_version).ToString(CultureInfo.InvariantCulture);
}
