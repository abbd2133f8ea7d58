using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Tests.Migrations;

/// <summary>Things from which tests make what they need.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    public static readonly Owner Set = new("ReplicaSet", "apps", "web-1", "owner");

    public static MovingPod Pod(string uid = "old", Owner? owner = null) => new("web", uid, "node-1", "Running", owner) { CrikContainers = ["app"], CreatedAt = Now, Version = "7" };

    public static CrikState Crik(bool isArmed = false, long? restoredFrom = 3) => new("app", "/checkpoints", restoredFrom, restoredFrom, isArmed);

    /// <summary>A move that was accepted.</summary>
    public static PodMove Move(params string[] conditions) => new()
    {
        Name = "web",
        Uid = "old",
        OwnerUid = "owner",
        Source = "node-1",
        Destination = "node-2",
        StartTime = Now,
        Containers = [new MovedContainer { Name = "app", Before = 3 }],
        Conditions = [.. conditions.Prepend(PodMoveConditions.Accepted).Select(static type => new Condition { Type = type, Status = Condition.True })],
    };

    public static PodMigrationDocument Migration(PodMigrationSpec? spec = null, params PodMove[] moves) => new()
    {
        Metadata = new ObjectMetadata { Name = "m", Namespace = "team", Uid = "uid-m", Finalizers = [PodMigrationNames.Finalizer] },
        Spec = spec ?? new PodMigrationSpec { Pod = "web" },
        Status = moves.Length == 0 ? null : new PodMigrationStatus { StartTime = Now, Pods = moves },
    };

    public static MigrationStep Step(MoveFacts move, DateTimeOffset? now = null) =>
        MigrationDecision.Next(new MigrationFacts(Migration(null, move.Move), now ?? Now) { Moves = [move] }, out _);

    public static MigrationNode Node(string name, string extra = "{}") => MigrationNode.Of(JsonNode.Parse($$"""
        {"metadata":{"name":"{{name}}","labels":{"kubernetes.io/hostname":"{{name}}"} },
         "spec":{{extra}},
         "status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"architecture":"amd64"},"allocatable":{"cpu":"2","memory":"4Gi","pods":"10"} } }
        """)!.AsObject(), [], []);
}
