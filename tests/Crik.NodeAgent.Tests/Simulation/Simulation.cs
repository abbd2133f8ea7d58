using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>
/// Runs the real work of the agent at a simulated node, cluster and registry, and kills it again and again. At the end nothing
/// fails any more, and the agent has to reach the goal from whatever it left.
/// </summary>
internal sealed class Simulation
{
    private static readonly AgentSettings s_settings = new(SimulatedCluster.Node) { Repository = "registry.example/checkpoints", Timeout = TimeSpan.FromSeconds(20) };

    private readonly Schedule _schedule;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedNode _node;
    private readonly SimulatedRegistry _registry;
    private readonly Dictionary<(ObjectName, bool IsSlow), DateTimeOffset> _due = [];
    private readonly List<Task> _lanes = [];
    private CheckpointWork _work = null!;
    private int _busy;

    public Simulation(int seed)
    {
        _schedule = new Schedule(seed);
        _cluster = new SimulatedCluster(_schedule, _clock) { PodIsDeleted = PodIsDeleted };
        _node = new SimulatedNode(_schedule, _clock) { Asked = KubeletIsAsked };
        _registry = new SimulatedRegistry(_schedule);
        _cluster.AddPod("web", "app", "side");
        _cluster.AddPod("db", "app");
        _cluster.Create("first", new PodCheckpointSpec { Pod = "web" });
        _cluster.Create("second", new PodCheckpointSpec { Pod = "web", Containers = ["app"] });
        _cluster.Create("leaving", new PodCheckpointSpec { Pod = "db", DeletePod = true });
    }

    public int Kills { get; private set; }

    public int Requests { get; private set; }

    public int Ready => _cluster.Objects.Values.Count(static item => item.Status?.Conditions.IsTrue(PodCheckpointConditions.Ready) is true);

    public void Run()
    {
        Start();
        for (int i = 0; i < 400; i++)
        {
            Step();
            if (_schedule.Happens(2))
            {
                Kill();
                Start();
            }
            else if (_schedule.Happens(1) && _schedule.Happens(30))
            {
                Delete(_schedule.Any(["first", "second"]));
            }
        }

        Kill();
        _schedule.IsRough = false;
        Start();
        for (int i = 0; i < 20_000 && !IsOver(); i++)
        {
            Step();
        }

        Check();
    }

    /// <summary>Starts the agent, which knows nothing of its life before.</summary>
    private void Start()
    {
        KnownCheckpoints known = new();
        foreach (PodCheckpointDocument item in _cluster.Objects.Values)
        {
            known.Note(item);
        }

        World world = new()
        {
            Objects = _cluster,
            Pods = _cluster,
            Notices = _cluster,
            Archives = _node,
            Kubelet = _node,
            Crik = _node,
            Images = _registry,
        };
        AgentSettings settings = s_settings with { Repository = $"registry.example/checkpoints-{Kills}" }; // the default changes
        _work = new CheckpointWork(world, settings, known, new CheckpointMetrics(), _clock);
        _work.RemoveOrphans(Exists);
        _due.Clear();
        foreach (ObjectName name in _cluster.Objects.Keys)
        {
            _due[(name, false)] = _clock.GetUtcNow();
        }

        _lanes.Clear();
        _lanes.AddRange([LaneAsync(isSlow: false), LaneAsync(isSlow: true)]);
    }

    private void Kill()
    {
        Kills++;
        _schedule.Kill();
        Assert.All(_lanes, static lane => Assert.True(lane.IsCompleted));
        Assert.All(_lanes.Where(static lane => lane.IsFaulted), static lane => Assert.IsType<KilledException>(lane.Exception!.InnerException));
        _schedule.Revive();
    }

    private void Step()
    {
        _lanes.Find(static lane => lane.IsFaulted)?.GetAwaiter().GetResult();
        _schedule.LetOneGoOn();
        _clock.Move(TimeSpan.FromMilliseconds(_schedule.Next(500)));
    }

    /// <summary>One of the two queues of the agent.</summary>
    private async Task LaneAsync(bool isSlow)
    {
        while (true)
        {
            await _schedule.PointAsync();
            ObjectName[] due = [.. _due.Where(pair => pair.Key.IsSlow == isSlow && pair.Value <= _clock.GetUtcNow()).Select(static pair => pair.Key.Item1)];
            if (due.Length == 0)
            {
                continue;
            }

            ObjectName name = _schedule.Any(due);
            _due.Remove((name, isSlow));
            _busy++;
            try
            {
                switch (await _work.DoAsync(name, isSlow, CancellationToken.None))
                {
                    case WorkResult.Again again:
                        _due[(name, isSlow)] = _clock.GetUtcNow() + again.Pause;
                        break;
                    case WorkResult.OtherQueue other:
                        _due[(name, !isSlow)] = _clock.GetUtcNow();
                        if (other.Meanwhile is { } pause)
                        {
                            _due[(name, isSlow)] = _clock.GetUtcNow() + pause;
                        }

                        break;
                    case WorkResult.Gone:
                        _work.RemoveOrphans(Exists);
                        break;
                }
            }
            catch (KubernetesException)
            {
                _due[(name, isSlow)] = _clock.GetUtcNow() + TimeSpan.FromSeconds(1);
            }
            finally
            {
                _busy--;
            }
        }
    }

    private void Delete(string name)
    {
        ObjectName deleted = new("team", name);
        if (_cluster.Objects.TryGetValue(deleted, out PodCheckpointDocument? item))
        {
            _cluster.Delete(deleted);
            _work.Interrupt(item.Metadata!.Uid!);
            _due[(deleted, false)] = _clock.GetUtcNow();
        }

        _work.RemoveOrphans(Exists);
    }

    private bool Exists(string uid) => _cluster.Objects.Values.Any(item => item.Metadata!.Uid == uid);

    private bool IsOver() => _due.Count == 0 && _busy == 0
        && _cluster.Objects.Values.All(static item => item is { Status.CompletionTime: not null, Metadata.DeletionTimestamp: null });

    private void KubeletIsAsked(ContainerName container)
    {
        Requests++;
        PodCheckpointDocument asking = Assert.Single(_cluster.Objects.Values, item => item.Spec!.Pod == container.Pod
            && item.Status is { CompletionTime: null } status
            && (status.Containers ?? []).Any(one => one.Name == container.Container && one is { FrozenTime: not null, SavedTime: null }));
        Assert.DoesNotContain(new HeldArchive(asking.Metadata!.Uid!, container.Container), _node.Claimed.Keys);
        Assert.DoesNotContain(_node.Left.Values, archive => archive.Container == container && archive.IsComplete);
    }

    private void PodIsDeleted(ObjectName pod)
    {
        PodCheckpointDocument item = Assert.Single(_cluster.Objects.Values, item => item.Spec is { DeletePod: true } spec && spec.Pod == pod.Name);
        Assert.All(_cluster.Pods[pod].Containers, container => Assert.True(
            (_node.Claimed.TryGetValue(new HeldArchive(item.Metadata!.Uid!, container.Name), out SimulatedArchive? archive) && archive.IsComplete)
            || _registry.Images.Exists(image => image.Tag == PodCheckpointNames.Tag(item.Metadata!.Uid!, container.Name))));
    }

    private void Check()
    {
        Assert.True(IsOver(), $"the end is reached: {string.Join(", ", _cluster.Objects.Values.Select(item => $"{item.Metadata!.Name} {CheckpointState(item)}"))}");
        Assert.Empty(_node.Claimed);
        Assert.Equal([SimulatedNode.Foreign], _node.Left.Keys);
        Assert.Equal(0, _node.Coming);
        Assert.All(_registry.Images.GroupBy(static image => image.Tag), static images => Assert.Single(images));
        foreach (PodCheckpointDocument item in _cluster.Objects.Values)
        {
            Assert.All(item.Status!.Containers!.Where(static one => one.Image is not null), one => Assert.StartsWith(item.Status.Repository + "@", one.Image, StringComparison.Ordinal));
            Assert.True(item.Status.Containers!.All(static one => one.SavedTime is null) || item.Status is { PodSha256.Length: 64, ControllerUid: "uid-of-controller" });
            bool isReady = item.Status!.Conditions.IsTrue(PodCheckpointConditions.Ready);
            Assert.True(isReady || item.Status.Conditions.Find(PodCheckpointConditions.Stalled)?.Reason
                is PodCheckpointReasons.KubeletCannotCheckpoint or PodCheckpointReasons.BadArchive or PodCheckpointReasons.Timeout or PodCheckpointReasons.ArchiveLost, CheckpointState(item));
            Assert.All(item.Status.Containers!.Where(_ => isReady), container => Assert.Contains((container.Tag!, container.Image!), _registry.Images));
        }

        Assert.All(_registry.Images, image => Assert.Contains(_cluster.Objects.Values, item => image.Tag.StartsWith(item.Metadata!.Uid + "-", StringComparison.Ordinal)));
        PodCheckpointDocument leaving = _cluster.Objects[new ObjectName("team", "leaving")];
        Assert.Equal(leaving.Status!.Conditions.IsTrue(PodCheckpointConditions.Ready), !_cluster.Pods.ContainsKey(new ObjectName("team", "db")));
    }

    private static string CheckpointState(PodCheckpointDocument item) =>
        string.Join(' ', (item.Status?.Conditions ?? []).Select(static condition => $"{condition.Type}={condition.Status}:{condition.Reason}"));
}
