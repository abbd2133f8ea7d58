using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Tests.Migrations;

/// <summary>What a move makes of the pods that come after the deletion.</summary>
public sealed class MoveEndingTests
{
    private static readonly PodMove s_deleted = Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now, DeletedTime = Some.Now };

    private static readonly PodMove s_replaced = s_deleted with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" } };

    private static readonly MovingPod s_new = Some.Pod("new", Some.Set) with { Name = "web-2", Node = "node-2", ReadyAt = Some.Now };

    [Fact]
    public void A_migration_that_is_deleted_after_the_pod_lets_the_replacement_run_anywhere()
    {
        MovingPod held = s_new with { Node = null, ReadyAt = null, IsGated = true };
        MoveFacts facts = new(s_deleted, null) { Marked = [held] };
        PodMigrationDocument item = Some.Migration(null, s_deleted);
        item = item with { Metadata = item.Metadata! with { DeletionTimestamp = Some.Now } };

        MigrationStep step = MigrationDecision.Next(new MigrationFacts(item, Some.Now) { Moves = [facts] }, out _);
        MoveFacts given = facts with { Move = s_deleted with { Reason = PodMigrationReasons.Canceled } };

        Assert.Equal(PodMigrationReasons.Canceled, Assert.IsType<MigrationStep.GiveUp>(step).Reason);
        Assert.Equal(new MigrationStep.LiftGate(held, null), Some.Step(given));
        MovingPod stuck = held with { IsGated = false, IsPinned = true };
        Assert.Equal(new MigrationStep.DeleteUnscheduled(stuck), Some.Step(given with { Marked = [stuck] }));
    }

    [Fact]
    public void A_replacement_without_crik_is_deleted_so_that_its_controller_makes_another_one()
    {
        MovingPod unseen = s_new with { CrikContainers = [], ReadyAt = null };

        MigrationStep.Reject reject = Assert.IsType<MigrationStep.Reject>(Some.Step(new MoveFacts(s_replaced, null) { Replacement = unseen }));
        PodMove rejected = MoveStatus.Rejected(s_replaced, reject.Replacement, Some.Now);

        Assert.True(rejected.AwaitsReplacement, "the webhook expects the next one");
        Assert.Equal(["new"], rejected.Siblings);
        Assert.Equal(new MigrationStep.DeleteUnseen(unseen), Some.Step(new MoveFacts(rejected, null) { Unseen = unseen }));
        MovingPod next = s_new with { Uid = "next", Replaces = "old" };
        Assert.Equal(new MigrationStep.Claim("old", next), Some.Step(new MoveFacts(rejected, null) { Marked = [next] }));
    }

    /// <summary>A Job counts each deletion as a failure, and a webhook that stays away misses every pod.</summary>
    [Theory]
    [InlineData("Job", 0)]
    [InlineData("ReplicaSet", 10)]
    public void A_replacement_without_crik_is_not_restored_if_another_one_cannot_help(string kind, int unseen)
    {
        PodMove move = s_replaced with { Unseen = [.. Enumerable.Range(0, unseen).Select(static number => $"{number}")] };
        MoveFacts facts = new(move, Some.Pod(owner: Some.Set) with { DeletedAt = Some.Now })
        {
            Replacement = s_new with { Owner = Some.Set with { Kind = kind }, CrikContainers = [], ReadyAt = null },
        };

        Assert.Equal(PodMigrationReasons.NotRestored, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts)).Reason);
        Assert.Equal(kind is "Job", Some.Step(facts with { MayJobLoseReplacement = true }) is MigrationStep.Reject);
    }

    /// <summary>The pod of a Job does not start again when its node comes back, and nothing in it will ever answer.</summary>
    [Theory]
    [InlineData("owner")]
    [InlineData(null)]
    public void A_pod_that_has_ended_before_it_was_deleted_ends_the_move_at_once(string? owner)
    {
        PodMove move = Some.Move(PodMoveConditions.Armed) with { OwnerUid = owner, OrderedTime = Some.Now, AnnouncedTime = Some.Now };
        MoveFacts facts = new(move, Some.Pod() with { Phase = "Failed" });

        Assert.Equal(PodMigrationReasons.PodNotRunning, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts)).Reason);
        Assert.Equal(new MigrationStep.Close("old"), Some.Step(facts with { Move = move with { Reason = PodMigrationReasons.PodNotRunning, GivenUpTime = Some.Now } }));
    }

    [Theory]
    [InlineData("/checkpoints/slots/0", "data", null)]
    [InlineData("/checkpoints/slots/1", "data", "/checkpoints/slots/1")]
    [InlineData("/checkpoints/slots/0", "other", "the claim other")]
    public void A_replacement_with_the_state_of_another_pod_is_not_restored(string directory, string claim, string? problem)
    {
        PodMove move = s_replaced with { Containers = [new MovedContainer { Name = "app", Before = 3, ImageDirectory = "/checkpoints/slots/0", Claim = "data" }] };
        MoveFacts facts = new(move, null) { Replacement = s_new, Crik = [Some.Crik(restoredFrom: 4) with { ImageDirectory = directory, Claim = claim }] };

        MigrationStep step = Some.Step(facts);

        Assert.Equal(problem is null, step is MigrationStep.Complete);
        Assert.Equal(problem is null ? null : PodMigrationReasons.NotRestored, (step as MigrationStep.GiveUp)?.Reason);
        Assert.Contains(problem ?? "", (step as MigrationStep.GiveUp)?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_from_another_template_ends_the_move_once_no_other_one_can_come()
    {
        MoveFacts facts = new(s_deleted, null) { OtherRevision = s_new };

        Assert.IsType<MigrationStep.Wait>(Some.Step(facts, Some.Now.AddSeconds(5)));
        Assert.Equal(PodMigrationReasons.NewRevision, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts, Some.Now.AddSeconds(31))).Reason);
        Assert.Equal(PodMigrationReasons.NewRevision, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts with { Move = s_deleted with { KeepsName = true } })).Reason);
    }

    [Fact]
    public void A_pod_waits_while_another_one_of_its_controller_is_moved()
    {
        MoveFacts facts = new(Some.Move() with { Conditions = null, StartTime = null }, Some.Pod(owner: Some.Set)) { Crik = [Some.Crik()], IsControllerBusy = true };

        Assert.IsType<MigrationStep.Wait>(Some.Step(facts));
    }

    [Theory]
    [InlineData("shop-abc12-x1", "ReplicaSet", true)]
    [InlineData("other-abc12-x1", "ReplicaSet", false)]
    [InlineData("shop-abc12-x1", "Job", false)]
    public void A_Deployment_is_known_by_the_names_of_its_pods(string name, string kind, bool isSame)
    {
        PodMove move = Some.Move() with { Name = "shop-fff99-y2", Revision = "fff99" };
        MovingPod pod = MovingPod.Of(JsonNode.Parse($$"""
            {"metadata":{"name":"{{name}}","uid":"new","labels":{"pod-template-hash":"abc12"},
             "ownerReferences":[{"apiVersion":"apps/v1","kind":"{{kind}}","name":"x","uid":"another","controller":true}]} }
            """)!.AsObject());

        Assert.Equal(isSame, pod.IsOtherRevisionOf(move));
        Assert.False(pod.CanReplace(move));
    }

    [Theory]
    [InlineData("owner", null, "1", true)]
    [InlineData("another", null, "1", false)]
    [InlineData("owner", "2", "2", true)]
    [InlineData("owner", "2", "1", false)]
    public void A_pod_replaces_one_of_the_same_controller_and_index(string owner, string? wanted, string index, bool can) =>
        Assert.Equal(can, (s_new with { Owner = new Owner("Job", "batch", "j", owner), CompletionIndex = index }).CanReplace(Some.Move() with { CompletionIndex = wanted }));
}
