using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>
/// Runs the real work of the operator at a simulated cluster, and kills it again and again. At the end nothing fails any more, and
/// the operator has to reach the goal from whatever it left.
/// </summary>
internal sealed class Simulation
{
    private readonly Schedule _schedule;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedNodes _nodes;
    private readonly SimulatedAgent _agent;
    private readonly SimulatedProgram[] _programs =
    [
        new("alone", "Pod"), new("web", "ReplicaSet"), new("db", "StatefulSet"),
        new("plain", "Pod") { IsByImage = true }, new("shop", "ReplicaSet") { IsByImage = true }, new("store", "StatefulSet") { IsByImage = true },
    ];
    private readonly Dictionary<string, DateTimeOffset> _due = [];
    private MigrationWork _work = null!;
    private Task _lane = Task.CompletedTask;
    private bool _isBusy;

    public Simulation(int seed)
    {
        _schedule = new Schedule(seed);
        _cluster = new SimulatedCluster(_schedule, _clock) { Programs = _programs };
        _nodes = new SimulatedNodes(_schedule, _clock, _cluster);
        _agent = new SimulatedAgent(_schedule, _clock, _cluster);
        foreach (SimulatedProgram program in _programs)
        {
            _nodes.Create(program);
        }

        for (int i = 0; i < 100 && !_programs.All(IsRunning); i++)
        {
            _nodes.Go();
        }

        _cluster.Order("alone", new PodMigrationSpec { Pod = "alone" });
        _cluster.Order("again", new PodMigrationSpec { Pod = "alone" });
        _cluster.Order("web", new PodMigrationSpec { Target = new MigrationTarget { Kind = "ReplicaSet", Name = "web" } });
        _cluster.Order("db", new PodMigrationSpec { Pod = "db-0", Timeout = "1m" });
        _cluster.Order("plain", new PodMigrationSpec { Pod = "plain" });
        _cluster.Order("shop", new PodMigrationSpec { Target = new MigrationTarget { Kind = "ReplicaSet", Name = "shop" } });
        _cluster.Order("store", new PodMigrationSpec { Pod = "store-0", Engine = "kubelet", Timeout = "1m" });
    }

    public int Kills { get; private set; }

    public int Deletions => _cluster.Deletions.Count;

    public IEnumerable<PodMove> Moves => _cluster.Objects.Values.SelectMany(static item => item.Status?.Pods ?? []);

    public void Run()
    {
        Start();
        for (int i = 0; i < 300; i++)
        {
            Step();
            if (_schedule.Happens(3))
            {
                Kill();
                if (_schedule.Happens(2))
                {
                    _clock.Move(TimeSpan.FromMinutes(20)); // nobody leads for so long
                }

                Start();
            }
            else if (_schedule.Happens(2) && _schedule.Happens(20))
            {
                _nodes.Disturb();
            }
            else if (_schedule.Happens(1) && _schedule.Happens(20))
            {
                string name = _schedule.Any(["alone", "web", "db", "plain", "shop", "store"]);
                _cluster.Cancel(name);
                _due[name] = _clock.GetUtcNow();
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

    /// <summary>Starts the operator, which knows nothing of its life before.</summary>
    private void Start()
    {
        MigrationWorld world = new() { Objects = _cluster, Pods = _cluster, Checkpoints = _agent, Criks = _cluster, Places = _cluster, Notices = _cluster };
        _work = new MigrationWork(world, new MigrationMetrics(), _clock);
        _due.Clear();
        _isBusy = false;
        foreach (string name in _cluster.Objects.Keys)
        {
            _due[name] = _clock.GetUtcNow();
        }

        _lane = LaneAsync();
    }

    private void Kill()
    {
        Kills++;
        _schedule.Kill();
        Assert.IsType<KilledException>(_lane.Exception?.InnerException);
        _schedule.Revive();
    }

    private void Step()
    {
        if (_lane.IsFaulted)
        {
            _lane.GetAwaiter().GetResult();
        }

        _schedule.LetOneGoOn();
        _nodes.Go();
        _agent.Go();
        _clock.Move(TimeSpan.FromMilliseconds(_schedule.Next(500)));
        foreach (SimulatedProgram program in _programs)
        {
            Assert.InRange(_cluster.Pods.Values.Count(pod => pod.Program == program && pod.RestoredFrom is not null), 0, 1);
        }
    }

    private async Task LaneAsync()
    {
        while (true)
        {
            await _schedule.PointAsync();
            string[] due = [.. _due.Where(pair => pair.Value <= _clock.GetUtcNow()).Select(static pair => pair.Key)];
            if (due.Length == 0)
            {
                continue;
            }

            string name = _schedule.Any(due);
            _due.Remove(name);
            _isBusy = true;
            try
            {
                if (await _work.DoAsync(new ObjectName(SimulatedCluster.Space, name), CancellationToken.None) is { } pause)
                {
                    _due[name] = _clock.GetUtcNow() + pause;
                }
            }
            catch (KubernetesException)
            {
                _due[name] = _clock.GetUtcNow() + TimeSpan.FromSeconds(1);
            }

            _isBusy = false;
        }
    }

    private bool IsRunning(SimulatedProgram program) => _cluster.Pods.Values.Where(pod => pod.Program == program).ToArray() is [{ Runs: true }];

    private bool IsOver() => _due.Count == 0 && !_isBusy && _programs.All(IsRunning)
        && _cluster.Objects.Values.All(static item => item is { Status.CompletionTime: not null, Metadata: { DeletionTimestamp: null, Finalizers: null } });

    private void Check()
    {
        Assert.True(IsOver(), $"the end is reached: {string.Join("; ", Moves.Select(static move => $"{move.Name} {move.Reason} {move.Message}"))} "
            + $"with the pods {string.Join("; ", _cluster.Pods.Values.Select(static pod => $"{pod.View.Name} on {pod.View.Node} {pod.RestoredFrom} {pod.View.IsGated}"))}");
        Assert.All(_cluster.Deletions.Values, static times => Assert.Equal(1, times));
        foreach (SimulatedPod pod in _cluster.Pods.Values)
        {
            Assert.False(pod.IsArmed, $"{pod.View.Name} is disarmed at the end");
            Assert.True(pod.Program.Generation == pod.RestoredFrom || (pod.Program is { IsByImage: true, WasDisturbed: true }),
                $"{pod.View.Name} goes on from {pod.RestoredFrom}, and {pod.Program.Generation} was saved last");
            int deleted = _cluster.Deletions.Keys.Count(uid => uid.StartsWith($"uid-{pod.Program.Name}", StringComparison.Ordinal));
            Assert.True(pod.Program.WasDisturbed || pod.Program.Generation == 1 + deleted, $"{pod.Program.Name}: each of {deleted} deletions has made a checkpoint");
        }

        Assert.All(Moves.Where(static move => move.Reason is PodMigrationReasons.Completed), move =>
        {
            Assert.NotEqual(move.Source, move.Destination);
            Assert.All(move.Containers!, one => Assert.True(move.IsByImage ? one.Image is not null : one.Generation > one.Before));
            Assert.NotNull(move.DowntimeMilliseconds);
            Assert.Null(move.Manifest);
            Assert.Null(move.Siblings);
            Assert.True(_cluster.Revisions[move.Replacement!.Uid!] == move.Revision, "a replacement is made from the same template");
        });
    }
}
