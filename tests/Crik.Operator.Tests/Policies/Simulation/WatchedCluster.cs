using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Deciding;
using Crik.Operator.Policies.Measuring;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>The API server of a simulation with a policy, its PodMigrations, three nodes and their pods. It checks what policies promise.</summary>
internal sealed class WatchedCluster(Schedule schedule, SimulatedClock clock) : IPolicyObjects, ILoads, IPolicyNotices, IMigrationObjects, IMigrationPods, ICriks, IPlaces
{
    public static IReadOnlyList<string> Nodes { get; } = ["node-1", "node-2", "node-3"];

    private int _version;

    public MigrationPolicyDocument Policy { get; set; } = SomePolicy.Policy();

    public Dictionary<string, PodMigrationDocument> Migrations { get; } = [];

    /// <summary>When each node had its last move, as far as the policy can know.</summary>
    public Dictionary<string, DateTimeOffset> Moved { get; } = [];

    public WatchedPod[] Pods { get; } = [.. Enumerable.Range(0, 9).Select(static i => new WatchedPod($"web-{i}", 10) { Node = "node-1" })];

    /// <summary>What others than the pods use, in percent.</summary>
    public Dictionary<string, int> Others { get; } = Nodes.ToDictionary(static node => node, static _ => 0);

    public DateTimeOffset OthersChanged { get; private set; }

    public int Created { get; private set; }

    public int LoadOf(string node) => Others[node] + Pods.Where(pod => pod.Node == node).Sum(static pod => pod.Cpu);

    public IEnumerable<PodMigrationDocument> Open => Migrations.Values.Where(static item => item.Status?.CompletionTime is null);

    /// <summary>Somebody else uses a node, more or less.</summary>
    public void Disturb()
    {
        Others[schedule.Any(Nodes)] = schedule.Next(3) * 25;
        OthersChanged = clock.GetUtcNow();
    }

    public void Calm()
    {
        foreach (string node in Nodes)
        {
            Others[node] = 0;
        }
    }

    public void Change(Func<MigrationPolicyDocument, MigrationPolicyDocument> change)
    {
        MigrationPolicyDocument next = change(Policy);
        Policy = next with
        {
            Metadata = next.Metadata! with
            {
                ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture),
                Generation = next.Metadata.Generation + (next.Spec == Policy.Spec ? 0 : 1),
            },
        };
    }

    public void Check()
    {
        Assert.InRange(Open.Count(), 0, Policy.Spec!.MaxConcurrent ?? 1);
        Assert.Equal(Open.Count(), Open.Select(static item => item.Spec!.Pod).Distinct().Count());
    }

    /// <summary>The operator's other half moves a pod, or fails to.</summary>
    public void Go()
    {
        foreach (PodMigrationDocument item in Open.Where(_ => schedule.Next(4) == 0).ToArray())
        {
            WatchedPod pod = Pods.Single(one => one.Name == item.Spec!.Pod);
            bool isMoved = !schedule.Happens(30);
            PodMove move = new() { Name = pod.Name, Uid = pod.Uid, OwnerUid = "set", Source = pod.Node, CompletionTime = clock.GetUtcNow(), Reason = isMoved ? PodMigrationReasons.Completed : PodMigrationReasons.Timeout };
            bool isKnown = Policy.Status?.Moves?.Any(one => one.Name == item.Metadata!.Name) is true; // what has ended is not adopted
            foreach (string node in isKnown ? (string[])[pod.Node, item.Spec!.To!.Node!] : [])
            {
                Moved[node] = clock.GetUtcNow();
            }

            (pod.Node, pod.Life) = isMoved ? (item.Spec!.To!.Node!, pod.Life + 1) : (pod.Node, pod.Life);
            Migrations[item.Metadata!.Name!] = item with { Status = new PodMigrationStatus { CompletionTime = clock.GetUtcNow(), Pods = [move] } };
        }
    }

    async Task<MigrationPolicyDocument?> IPolicyObjects.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Policy;
    }

    public async Task<MigrationPolicyDocument> WriteStatusAsync(MigrationPolicyDocument item, MigrationPolicyStatus status, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (Policy.Metadata!.ResourceVersion != item.Metadata!.ResourceVersion)
        {
            throw new KubernetesException(KubernetesFailure.Refused, "the object has been modified") { Status = HttpStatusCode.Conflict };
        }

        Change(old => old with { Status = status });
        await schedule.ApiPointAsync();
        return Policy;
    }

    public async Task<IReadOnlyList<JsonObject>> NodesAsync(CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Nodes.Select(static name => JsonNode.Parse($$"""
            {"metadata":{"name":"{{name}}","labels":{"pool":"work"} },"status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"10","memory":"100"} } }
            """)!.AsObject())];
    }

    /// <summary>This is where a policy acts, so here is looked at what it must not do.</summary>
    public async Task CreateAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (Migrations.ContainsKey(item.Metadata!.Name!))
        {
            return;
        }

        WatchedPod pod = Pods.Single(one => one.Name == item.Spec!.Pod);
        string to = item.Spec!.To!.Node!;
        PolicyMove? move = Policy.Status?.Moves?.FirstOrDefault(one => one.Name == item.Metadata.Name); // gone if somebody has just changed the status
        DateTimeOffset last = Moved.GetValueOrDefault(pod.Node); // later than the decision if a user deleted the PodMigration before it was noted
        Assert.True(move is null || last >= move.DecidedTime || last + SomePolicy.Request().CoolDown <= move.DecidedTime, "a node cools down after each move");
        int coming = Open.Where(one => one.Spec!.To!.Node == to).Sum(static _ => 10);
        Assert.True(move is null || OthersChanged >= move.DecidedTime || LoadOf(to) + coming + pod.Cpu <= 60, $"the node {to} gets no more than its lower threshold");
        Migrations[item.Metadata.Name!] = item with { Metadata = item.Metadata with { CreationTimestamp = clock.GetUtcNow(), Uid = $"m{++_version}" } };
        Created++;
        await schedule.ApiPointAsync();
    }

    public async Task DeleteAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        Assert.NotNull(item.Status?.CompletionTime);
        Migrations.Remove(item.Metadata!.Name!);
        await schedule.ApiPointAsync();
    }

    public bool MayAskKubelets => true;

    public Task<LoadReading> FromKubeletsAsync(IReadOnlyList<JsonObject> nodes, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task<LoadReading> FromMetricsAsync(IReadOnlyList<string> namespaces, CancellationToken cancellationToken)
    {
        await schedule.PointAsync();
        DateTimeOffset now = clock.GetUtcNow() - (schedule.Happens(5) ? TimeSpan.FromMinutes(5) : TimeSpan.Zero);
        return schedule.Happens(5) ? LoadReading.None("the schedule lets the metrics fail") : new LoadReading(
            Nodes.ToDictionary(static node => node, node => new Load(LoadOf(node) / 10.0, 1, now)),
            Pods.ToDictionary(static pod => (new ObjectName("team", pod.Name), (string?)null), pod => new Load(pod.Cpu / 10.0, 1, now)));
    }

    public Task TellAsync(MigrationPolicyDocument item, PolicyNotice notice, CancellationToken cancellationToken) => schedule.PointAsync();

    public async Task<IReadOnlyList<PodMigrationDocument>> ListAsync(string? space, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Migrations.Values];
    }

    async Task<JsonObject?> IMigrationPods.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Pods.Single(pod => pod.Name == name.Name).Json;
    }

    async Task<IReadOnlyList<JsonObject>> IMigrationPods.ListAsync(string space, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Pods.Select(static pod => pod.Json)];
    }

    async Task<IReadOnlyList<CrikState>?> ICriks.ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        await schedule.PointAsync();
        return schedule.Happens(5) ? null : [new CrikState("app", "/checkpoints", 1, 1, false)];
    }

    public async Task<Place> ChooseAsync(JsonObject pod, IReadOnlyList<CrikState> criks, MigrationDestination to, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return schedule.Happens(10) ? new Place.Refused(PodMigrationReasons.NoDestination, "No room.") : new Place.Found(to.Node!);
    }

    public Task<bool> MayJobLoseAsync(JsonObject pod, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task<bool> IsSeenByWebhookAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return true;
    }

    // Policies do nothing of this.
    Task<PodMigrationDocument?> IMigrationObjects.FindAsync(ObjectName name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PodMigrationDocument> WriteStatusAsync(PodMigrationDocument item, PodMigrationStatus status, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ProtectAsync(PodMigrationDocument item, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ReleaseAsync(PodMigrationDocument item, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<JsonObject>> SelectAsync(string space, PodMigrationSpec spec, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string space, MovingPod pod, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CreateAsync(string space, JsonObject pod, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ChangeAsync(JsonObject pod, JsonObject fields, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OrderAnswer> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken) => throw new NotSupportedException();
}
