using Crik.Contracts.MigrationPolicies;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>
/// Runs the real work on a policy at a simulated cluster, and kills it again and again. At the end nothing fails any more, and the
/// node with too much load has to be relieved, from whatever was left.
/// </summary>
internal sealed class PolicySimulation
{
    private readonly Schedule _schedule;
    private readonly SimulatedClock _clock = new();
    private PolicyWork _work = null!;
    private Task _lane = Task.CompletedTask;

    public PolicySimulation(int seed)
    {
        _schedule = new Schedule(seed);
        Cluster = new WatchedCluster(_schedule, _clock);
        Cluster.Change(static old => old with { Spec = SomePolicy.Spec with { For = "30s", CoolDown = "10m" } });
        Cluster.Change(old => old with { Spec = old.Spec! with { MaxConcurrent = 1 + (seed % 2), DryRun = seed % 7 == 0 } });
    }

    public WatchedCluster Cluster { get; }

    public int Kills { get; private set; }

    public void Run()
    {
        Start();
        for (int i = 0; i < 600; i++)
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
            else if (_schedule.Happens(2))
            {
                Disturb();
            }
        }

        Kill();
        _schedule.IsRough = false;
        Cluster.Calm();
        Assert.True(Cluster.Policy.Spec!.DryRun is not true || Cluster.Created == 0, "a dry run creates nothing");
        Cluster.Change(static old => old with { Spec = old.Spec! with { DryRun = false, Suspend = null } });
        Start();
        for (int i = 0; i < 50_000 && !IsOver(); i++)
        {
            Step();
        }

        Assert.True(IsOver(), $"all nodes are relieved: {string.Join(", ", WatchedCluster.Nodes.Select(Cluster.LoadOf))}; {string.Join("; ", (Cluster.Policy.Status?.Conditions ?? []).Select(static one => $"{one.Reason}: {one.Message}"))}");
    }

    /// <summary>Users change what nodes have to do, and change and delete objects.</summary>
    private void Disturb()
    {
        switch (_schedule.Next(6))
        {
            case 0 when Cluster.Migrations.Count > 0:
                Cluster.Migrations.Remove(_schedule.Any([.. Cluster.Migrations.Keys]));
                break;
            case 1:
                Cluster.Change(static old => old with { Spec = old.Spec! with { Suspend = old.Spec.Suspend is not true } });
                break;
            case 2 when _schedule.Happens(30):
                Cluster.Change(static old => old with { Status = null });
                Cluster.Moved.Clear(); // so the policy cannot know
                break;
            default:
                Cluster.Disturb();
                break;
        }
    }

    /// <summary>Starts the operator, which knows nothing of its life before.</summary>
    private void Start()
    {
        MigrationWorld moving = new() { Objects = Cluster, Pods = Cluster, Checkpoints = new NoCheckpoints(), Criks = Cluster, Places = Cluster, Notices = new NoMoveNotices() };
        _work = new PolicyWork(new PolicyWorld { Objects = Cluster, Loads = Cluster, Notices = Cluster, Moving = moving }, new PolicyMetrics(), _clock);
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
        Cluster.Check();
        if (_schedule.Next(3) == 0)
        {
            Cluster.Go();
        }

        _clock.Move(TimeSpan.FromMilliseconds(_schedule.Next(2000)));
    }

    private async Task LaneAsync()
    {
        DateTimeOffset due = _clock.GetUtcNow();
        MigrationPolicySpec? seen = null;
        while (true)
        {
            await _schedule.PointAsync();
            if (due > _clock.GetUtcNow() && seen == Cluster.Policy.Spec)
            {
                continue;
            }

            try
            {
                seen = Cluster.Policy.Spec;
                due = _clock.GetUtcNow() + (await _work.DoAsync(ObjectName.Global("relief"), CancellationToken.None) ?? TimeSpan.FromDays(1));
            }
            catch (KubernetesException)
            {
                due = _clock.GetUtcNow() + TimeSpan.FromSeconds(1);
            }
        }
    }

    private bool IsOver() => WatchedCluster.Nodes.All(node => Cluster.LoadOf(node) <= 80) && !Cluster.Open.Any()
        && Cluster.Policy.Status is { Nodes: null } status && (status.Moves ?? []).All(static move => !move.IsOpen);
}
