using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Tests.Migrations;

public sealed class MigrationDecisionTests
{
    [Fact]
    public void A_selection_that_matches_nothing_is_an_error()
    {
        MigrationStep.Fail fail = Assert.IsType<MigrationStep.Fail>(MigrationDecision.Next(new MigrationFacts(Some.Migration(), Some.Now), out _));

        Assert.Equal(PodMigrationReasons.NothingSelected, fail.Reason);
    }

    [Fact]
    public void A_selector_that_matches_too_many_pods_moves_none()
    {
        PodMigrationSpec spec = new() { Selector = new MigrationSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } }, Limit = 1 };
        MigrationFacts facts = new(Some.Migration(spec), Some.Now) { Selected = [Some.Pod("1"), Some.Pod("2")] };

        Assert.Equal(PodMigrationReasons.TooManySelected, Assert.IsType<MigrationStep.Fail>(MigrationDecision.Next(facts, out _)).Reason);
        Assert.IsType<MigrationStep.Begin>(MigrationDecision.Next(facts with { Selected = [Some.Pod("1")] }, out _));
    }

    public static TheoryData<PodMigrationSpec> BadSpecs =>
    [
        new PodMigrationSpec(),
        new PodMigrationSpec { Pod = "web", Target = new MigrationTarget { Kind = "Job", Name = "web" } },
        new PodMigrationSpec { Selector = new MigrationSelector(), Limit = 3 },
        new PodMigrationSpec { Selector = new MigrationSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } } },
        new PodMigrationSpec { Target = new MigrationTarget { Kind = "DaemonSet", Name = "web" } },
        new PodMigrationSpec { Pod = "web", Timeout = "soon" },
        new PodMigrationSpec { Pod = "web", Parallel = 0 },
    ];

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void A_spec_that_contradicts_itself_is_refused(PodMigrationSpec spec)
    {
        MigrationFacts facts = new(Some.Migration(spec), Some.Now) { Selected = [Some.Pod()] };

        Assert.Equal(PodMigrationReasons.BadSpec, Assert.IsType<MigrationStep.Fail>(MigrationDecision.Next(facts, out _)).Reason);
    }

    [Fact]
    public void Only_as_many_pods_as_parallel_says_are_begun_with()
    {
        PodMove first = Some.Move(), second = Some.Move() with { Uid = "second", StartTime = null };
        MigrationFacts facts = new(Some.Migration(null, first, second), Some.Now)
        {
            Moves = [new MoveFacts(first, Some.Pod()), new MoveFacts(second, Some.Pod("second"))],
        };

        Assert.IsType<MigrationStep.Wait>(MigrationDecision.Next(facts, out _));
    }

    [Fact]
    public void A_pod_is_armed_before_its_deletion_is_announced_and_deleted_after_that()
    {
        MoveFacts facts = new(Some.Move(), Some.Pod(owner: Some.Set)) { Crik = [Some.Crik()] };
        Assert.IsType<MigrationStep.NoteOrder>(Some.Step(facts));

        facts = facts with { Move = facts.Move with { OrderedTime = Some.Now } };
        Assert.IsType<MigrationStep.Arm>(Some.Step(facts));

        MoveFacts armed = facts with { Crik = [Some.Crik(isArmed: true)] };
        Assert.IsType<MigrationStep.NoteArmed>(Some.Step(armed));

        armed = armed with { Move = Some.Move(PodMoveConditions.Armed) };
        Assert.IsType<MigrationStep.Announce>(Some.Step(armed));

        armed = armed with { Move = armed.Move with { AnnouncedTime = Some.Now } };
        Assert.Equal(new MigrationStep.Delete(armed.Old!), Some.Step(armed));
    }

    [Fact]
    public void A_crik_that_has_forgotten_the_order_is_armed_again_before_the_pod_is_deleted()
    {
        MoveFacts facts = new(Some.Move(PodMoveConditions.Armed) with { OrderedTime = Some.Now, AnnouncedTime = Some.Now }, Some.Pod(owner: Some.Set)) { Crik = [Some.Crik()] };

        Assert.IsType<MigrationStep.Arm>(Some.Step(facts));
        Assert.IsType<MigrationStep.Wait>(Some.Step(facts with { Crik = null }));
    }

    [Fact]
    public void A_pod_that_ends_is_not_deleted_again()
    {
        MovingPod ending = Some.Pod(owner: Some.Set) with { DeletedAt = Some.Now };
        MoveFacts facts = new(Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now, DeletedTime = Some.Now }, ending);

        Assert.IsType<MigrationStep.Wait>(Some.Step(facts));
    }

    [Fact]
    public void A_pod_that_was_held_back_is_taken_only_when_the_old_one_is_gone()
    {
        PodMove move = Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now, DeletedTime = Some.Now };
        MovingPod held = Some.Pod("new", Some.Set) with { IsGated = true, Migration = "uid-m", Node = null };
        MoveFacts facts = new(move, Some.Pod(owner: Some.Set) with { DeletedAt = Some.Now }) { Marked = [held] };

        Assert.IsType<MigrationStep.Wait>(Some.Step(facts));
        Assert.Equal(new MigrationStep.Claim("old", held), Some.Step(facts with { Old = null }));
        PodMove claimed = move with { Replacement = new PodReplacement { Name = "web", Uid = "new" } };
        Assert.Equal(new MigrationStep.LiftGate(held, claimed), Some.Step(new MoveFacts(claimed, null) { Replacement = held }));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(3, false)]
    [InlineData(null, false)]
    public void A_replacement_has_to_go_on_from_a_newer_checkpoint_than_before_the_move(int? restoredFrom, bool isRestored)
    {
        PodMove move = Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now, Replacement = new PodReplacement { Name = "web-2", Uid = "new" } };
        MoveFacts facts = new(move, null) { Replacement = Some.Pod("new") with { Node = "node-2", ReadyAt = Some.Now }, Crik = [Some.Crik(restoredFrom: restoredFrom)] };

        MigrationStep step = Some.Step(facts);

        Assert.Equal(isRestored ? null : PodMigrationReasons.NotRestored, (step as MigrationStep.GiveUp)?.Reason);
        Assert.Equal(isRestored, step is MigrationStep.Complete);
    }

    [Fact]
    public void A_pod_without_a_controller_is_made_again_even_after_the_time_is_over()
    {
        PodMove move = Some.Move(PodMoveConditions.Armed) with { OwnerUid = null, AnnouncedTime = Some.Now, Manifest = "{}", Reason = PodMigrationReasons.Timeout };

        MigrationStep.Recreate recreate = Assert.IsType<MigrationStep.Recreate>(Some.Step(new MoveFacts(move, null), Some.Now.AddDays(1)));

        Assert.False(recreate.IsPinned);
    }

    [Fact]
    public void A_move_that_takes_too_long_is_given_up_and_its_crik_disarmed()
    {
        MoveFacts facts = new(Some.Move(PodMoveConditions.Armed), Some.Pod(owner: Some.Set)) { Crik = [Some.Crik(isArmed: true)] };

        MigrationStep.GiveUp give = Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts, Some.Now.AddMinutes(10.5)));
        MoveFacts given = facts with { Move = MoveStatus.GivenUp(facts.Move, give.Reason, give.Message, Some.Now) };

        Assert.Equal(PodMigrationReasons.Timeout, give.Reason);
        Assert.IsType<MigrationStep.Disarm>(Some.Step(given, Some.Now.AddMinutes(10.5)));
        Assert.IsType<MigrationStep.Close>(Some.Step(given with { Crik = [Some.Crik()] }, Some.Now.AddMinutes(10.5)));
    }

    [Fact]
    public void A_crik_that_may_be_armed_is_asked_until_it_answers_and_then_disarmed_however_late_that_is()
    {
        PodMove move = Some.Move() with { OrderedTime = Some.Now, Reason = PodMigrationReasons.Canceled, GivenUpTime = Some.Now };
        MoveFacts silent = new(move, Some.Pod(owner: Some.Set));

        Assert.IsType<MigrationStep.Wait>(Some.Step(silent, Some.Now.AddMinutes(9)));
        Assert.IsType<MigrationStep.Close>(Some.Step(silent, Some.Now.AddMinutes(11)));
        Assert.IsType<MigrationStep.Disarm>(Some.Step(silent with { Crik = [Some.Crik(isArmed: true)] }, Some.Now.AddDays(1)));
        Assert.IsType<MigrationStep.Close>(Some.Step(silent with { Move = move with { OrderedTime = null } }));
    }

    [Fact]
    public void A_crik_that_does_not_answer_is_asked_for_a_while_before_the_pod_is_refused()
    {
        MoveFacts facts = new(Some.Move() with { Conditions = null, StartTime = null }, Some.Pod(owner: Some.Set));
        Assert.Equal(new MigrationStep.NoteStart("old"), Some.Step(facts));

        facts = facts with { Move = facts.Move with { StartTime = Some.Now } };
        Assert.IsType<MigrationStep.Wait>(Some.Step(facts, Some.Now.AddSeconds(29)));
        Assert.Equal(PodMigrationReasons.CrikNotRunning, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts, Some.Now.AddSeconds(31))).Reason);
    }

    [Fact]
    public void A_move_about_which_nothing_is_known_waits_and_the_next_one_goes_on()
    {
        PodMove first = Some.Move(), second = Some.Move() with { Uid = "second" };
        MigrationFacts facts = new(Some.Migration(new PodMigrationSpec { Pod = "web", Parallel = 2 }, first, second), Some.Now.AddDays(1))
        {
            Moves = [new MoveFacts(first, null) { IsUnknown = true }, new MoveFacts(second, Some.Pod("second"))],
        };

        Assert.Equal(PodMigrationReasons.Timeout, Assert.IsType<MigrationStep.GiveUp>(MigrationDecision.Next(facts, out string? uid)).Reason);
        Assert.Equal("second", uid);
    }

    [Fact]
    public void A_replacement_that_cannot_be_scheduled_is_deleted_when_the_move_is_given_up()
    {
        PodMove move = Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now, Reason = PodMigrationReasons.Timeout, Replacement = new PodReplacement { Uid = "new" } };
        MovingPod stuck = Some.Pod("new", Some.Set) with { Node = null, IsPinned = true };

        Assert.Equal(new MigrationStep.DeleteUnscheduled(stuck), Some.Step(new MoveFacts(move, null) { Replacement = stuck }));
        Assert.IsType<MigrationStep.Close>(Some.Step(new MoveFacts(move, null) { Replacement = stuck with { Node = "node-2" } }));
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { PodMigrationReasons.CrikNotRunning, "crik" }, { PodMigrationReasons.AlreadyMoving, "taken" }, { PodMigrationReasons.NotSeenByWebhook, "unseen" },
        { PodMigrationReasons.NoDestination, "place" }, { PodMigrationReasons.BoundToNode, "daemon" }, { PodMigrationReasons.ControllerUnknown, "workflow" }, { PodMigrationReasons.PodNotRunning, "pending" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_work_is_refused_before_anything_is_done(string reason, string what)
    {
        MovingPod pod = what is "daemon" ? Some.Pod(owner: Some.Set with { Kind = "DaemonSet" })
            : what is "workflow" ? Some.Pod(owner: Some.Set with { Kind = "Workflow" })
            : what is "pending" ? Some.Pod(owner: Some.Set) with { Phase = "Pending" } : Some.Pod(owner: Some.Set);
        MoveFacts facts = new(Some.Move() with { Conditions = null, StartTime = null }, pod)
        {
            Crik = what is "crik" ? [] : [Some.Crik()],
            IsTaken = what is "taken",
            IsSeenByWebhook = what is not "unseen",
            Place = what is "place" ? new Place.Refused(PodMigrationReasons.NoDestination, "full") : new Place.Found("node-2"),
        };

        Assert.Equal(reason, Assert.IsType<MigrationStep.GiveUp>(Some.Step(facts)).Reason);
    }

    [Theory]
    [InlineData("{\"crik\":\"\\ud800\"}")]
    [InlineData("{\"crik\":\"a\",\"crik\":\"b\"}")]
    [InlineData("{\"crik\":\"a\"")]
    public void What_a_program_writes_into_its_termination_message_stops_nobody(string message)
    {
        JsonObject pod = new()
        {
            ["metadata"] = new JsonObject { ["deletionTimestamp"] = "2026-11-23T18:00:00Z", ["deletionGracePeriodSeconds"] = 2_000_000_000_000 },
            ["status"] = new JsonObject
            {
                ["containerStatuses"] = new JsonArray(new JsonObject
                {
                    ["name"] = "app",
                    ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["message"] = message } },
                }),
            },
        };

        MovingPod seen = MovingPod.Of(pod);

        Assert.Empty(seen.Endings);
        Assert.True(seen.IsEnding);
        Assert.Null(CrikState.Read("app", message));
    }

    [Fact]
    public void An_ending_without_a_checkpoint_is_the_reason_of_the_failure()
    {
        MovingPod ended = Some.Pod() with { DeletedAt = Some.Now, Endings = new Dictionary<string, CrikEnding> { ["app"] = new("failed", null, "the disk is full") } };

        PodMove move = MoveStatus.Ending(Some.Move(), ended, Some.Now);

        Assert.Equal(Condition.False, move.Conditions.Find(PodMoveConditions.Checkpointed)!.Status);
        Assert.Contains("the disk is full", move.Conditions.Find(PodMoveConditions.Checkpointed)!.Message, StringComparison.Ordinal);
    }
}
