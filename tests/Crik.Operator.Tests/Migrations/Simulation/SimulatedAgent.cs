using System.Globalization;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>The PodCheckpoints of a simulation, and the node agents that work on them. Each call does a little of what they do.</summary>
internal sealed class SimulatedAgent(Schedule schedule, SimulatedClock clock, SimulatedCluster cluster) : IMigrationCheckpoints
{
    private readonly Dictionary<string, PodCheckpointDocument> _objects = [];

    private int _version;

    public void Go()
    {
        foreach (PodCheckpointDocument item in _objects.Values.Where(item => item.Status?.CompletionTime is null && schedule.Next(4) == 0).ToArray())
        {
            Write(item, Next(item));
        }
    }

    public async Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return _objects.GetValueOrDefault(name.Name);
    }

    public async Task CreateAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (!_objects.ContainsKey(checkpoint.Metadata!.Name!))
        {
            Assert.Contains(cluster.Objects.Values.SelectMany(static item => item.Status?.Pods ?? []),
                move => move.Uid == checkpoint.Spec!.PodUid && move.Checkpoint == checkpoint.Metadata.Name && move.AnnouncedTime is not null);
            Write(checkpoint, null);
        }

        await schedule.ApiPointAsync();
    }

    public async Task DeleteAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (_objects.GetValueOrDefault(checkpoint.Metadata!.Name!)?.Metadata!.ResourceVersion == checkpoint.Metadata.ResourceVersion)
        {
            Assert.False(checkpoint.IsAccepted, "a checkpoint with which an agent has begun is not deleted: it may be all that is left");
            _objects.Remove(checkpoint.Metadata.Name!);
        }

        await schedule.ApiPointAsync();
    }

    private PodCheckpointStatus Next(PodCheckpointDocument item)
    {
        PodCheckpointStatus status = item.Status ?? new PodCheckpointStatus();
        SimulatedPod? pod = cluster.Pods.Values.FirstOrDefault(one => one.View.Uid == item.Spec!.PodUid && !one.View.IsEnding);
        if (!status.Conditions.IsTrue(PodCheckpointConditions.Saved))
        {
            return pod is not { Runs: true } || schedule.Happens(5) ? Failed(status)
                : status.Node is null ? status with { Node = pod.View.Node, Engine = CheckpointEngines.Kubelet }
                : With(status, PodCheckpointConditions.Saved);
        }

        if (!status.Conditions.IsTrue(PodCheckpointConditions.PodDeleted))
        {
            Delete(item, pod);
            return With(status, PodCheckpointConditions.PodDeleted);
        }

        SimulatedProgram program = Program(item);
        bool isLost = schedule.Happens(3);
        program.WasDisturbed |= isLost;
        return isLost ? Failed(status) : With(status, PodCheckpointConditions.Ready) with
        {
            CompletionTime = clock.GetUtcNow(),
            Containers = [new ContainerCheckpoint { Name = "app", Image = $"registry/team@sha256:{item.Metadata!.Name}", Runtime = "containerd 2.1.9" }],
        };
    }

    private void Delete(PodCheckpointDocument item, SimulatedPod? pod)
    {
        SimulatedProgram program = Program(item);
        if (pod is null)
        {
            program.WasDisturbed = true; // a user was faster
            program.Images[item.Metadata!.Name!] = program.Generation;
            return;
        }

        program.Images[item.Metadata!.Name!] = ++program.Generation;
        cluster.Deletions[pod.View.Uid] = cluster.Deletions.GetValueOrDefault(pod.View.Uid) + 1;
        cluster.End(pod);
    }

    private SimulatedProgram Program(PodCheckpointDocument item) =>
        cluster.Programs.First(program => item.Spec!.Pod == program.Name || item.Spec.Pod!.StartsWith($"{program.Name}-", StringComparison.Ordinal));

    private void Write(PodCheckpointDocument item, PodCheckpointStatus? status) => _objects[item.Metadata!.Name!] = item with
    {
        Status = status,
        Metadata = item.Metadata with { ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture) },
    };

    private PodCheckpointStatus Failed(PodCheckpointStatus status) => With(status, PodCheckpointConditions.Stalled) with { CompletionTime = clock.GetUtcNow() };

    private PodCheckpointStatus With(PodCheckpointStatus status, string type) => status with
    {
        Conditions = status.Conditions.With(new Condition { Type = type, Status = Condition.True, Reason = "Done", Message = "simulated" }, clock.GetUtcNow()),
    };
}
