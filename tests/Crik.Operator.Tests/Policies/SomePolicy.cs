using System.Text.Json.Nodes;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Policies.Deciding;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Tests.Policies;

/// <summary>Things from which tests of policies make what they need. A node has 10 cores and 100 bytes, so percents are easy to see.</summary>
internal static class SomePolicy
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    public static MigrationPolicySpec Spec { get; } = new()
    {
        NodeSelector = new Dictionary<string, string> { ["pool"] = "work" },
        Pods = new PolicyPods { Namespaces = ["team"] },
        Thresholds = new PolicyThresholds { Cpu = new PolicyThreshold { Above = 80, Until = 60 }, Memory = new PolicyThreshold { Above = 90, Until = 70 } },
        For = "5m",
        CoolDown = "10m",
        DryRun = false,
    };

    public static PolicyRequest Request(MigrationPolicySpec? spec = null) => PolicyRequest.Read(Policy(spec), out string problem) ?? throw new InvalidOperationException(problem);

    public static MigrationPolicyDocument Policy(MigrationPolicySpec? spec = null, MigrationPolicyStatus? status = null) => new()
    {
        Metadata = new ObjectMetadata { Name = "relief", Uid = "uid-relief", Generation = 3, ResourceVersion = "1" },
        Spec = spec ?? Spec,
        Status = status,
    };

    /// <param name="cpu">In percent. Null: it was not measured.</param>
    public static MeasuredNode Node(string name, int? cpu, int memory = 10, DateTimeOffset? at = null) => new(name, 10, 100)
    {
        Load = cpu is { } percent ? new Load(percent / 10.0, memory, at ?? Now) : null,
        IsWatched = true,
        IsDestination = true,
    };

    /// <summary>A node that has had too much load for long enough.</summary>
    public static PolicyNode Overloaded(string name = "node-1") => new()
    {
        Name = name,
        AboveSince = Now - TimeSpan.FromMinutes(9),
        OverloadedTime = Now - TimeSpan.FromMinutes(4),
        MeasuredTime = Now,
        Resource = Resources.Cpu,
        CpuPercent = 90,
        MemoryPercent = 10,
    };

    /// <param name="cpu">In percent of a node.</param>
    public static MeasuredPod Pod(string name, double cpu = 20, double memory = 5, long priority = 0, string? owner = null, string node = "node-1") => new(
        "team", new MovingPod(name, $"uid-{name}", node, "Running", new Owner("ReplicaSet", "apps", "set", owner ?? $"owner-{name}")) { CrikContainers = ["app"] }, new JsonObject(), new Load(cpu / 10, memory, Now))
    {
        Priority = priority,
    };

    public static PolicyMove Move(string name, TimeSpan? endedAgo = null, string reason = PodMigrationReasons.Completed) => new()
    {
        Name = name,
        Namespace = "team",
        Pod = $"pod-{name}",
        PodUid = $"uid-{name}",
        Workload = $"owner-{name}",
        Source = "node-1",
        Destination = "node-2",
        DecidedTime = Now,
        CreatedTime = Now,
        CompletionTime = Now - endedAgo,
        Reason = endedAgo is null ? null : reason,
    };

    public static PodMigrationDocument Migration(string name, PodMigrationStatus? status = null) => new()
    {
        Metadata = new ObjectMetadata
        {
            Name = name,
            Namespace = "team",
            Uid = $"uid-{name}",
            CreationTimestamp = Now,
            Labels = new Dictionary<string, string> { [MigrationPolicyNames.PolicyLabel] = "relief" },
            OwnerReferences = [new OwnerReference { Uid = "uid-relief" }],
        },
        Spec = new PodMigrationSpec { Pod = $"pod-{name}", To = new MigrationDestination { Node = "node-2" } },
        Status = status,
    };

    public static PolicyFacts Facts(MigrationPolicyDocument? item = null) => new(item ?? Policy(), Now) { Nodes = [Node("node-1", 90), Node("node-2", 10)] };

    public static MigrationPolicyStatus StatusWith(params PolicyMove[] moves) => new() { ObservedGeneration = 3, Moves = moves, Nodes = [Overloaded()] };
}
