using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Steps;

public sealed class CheckpointDecisionTests
{
    [Fact]
    public void An_object_of_another_node_is_left_to_its_agent() =>
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(Some.Object(status: Some.Accepted(Some.Open()) with { Node = "node-2" }))));

    [Fact]
    public void The_finalizer_comes_before_anything_that_leaves_something_behind()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(new ContainerCheckpoint { Name = "app" }));
        Assert.IsType<CheckpointStep.Protect>(Some.Next(Some.Facts(item with { Metadata = item.Metadata! with { Finalizers = null } })));
        Assert.Equal(new CheckpointStep.Save("app"), Some.Next(Some.Facts(item)));
    }

    [Fact]
    public void An_archive_that_is_held_is_verified_whatever_became_of_the_pod() =>
        Assert.Equal(new CheckpointStep.Verify("app"), Some.Next(Some.Facts(Some.Object(status: Some.Accepted(Some.Open()))) with { Held = ["app"], Pod = null }));

    [Fact]
    public void What_a_lost_request_has_left_is_adopted_before_another_one_is_sent()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(status: Some.Accepted(Some.Open()))) with { Found = [new FoundArchive("a.tar", Some.Now, true)] };
        Assert.Equal(new CheckpointStep.Adopt("app", "a.tar"), Some.Next(facts));
        Assert.Equal(new CheckpointStep.Adopt("app", "a.tar"), Some.Next(facts with { Pod = null }));
    }

    [Fact]
    public void Of_two_archives_the_older_one_is_removed_first()
    {
        FoundArchive[] found = [new("a.tar", Some.Now, true), new("b.tar", Some.Now.AddSeconds(1), true)];
        Assert.Equal(new CheckpointStep.Discard("a.tar"), Some.Next(Some.Facts(Some.Object(status: Some.Accepted(Some.Open()))) with { Found = found }));
    }

    [Fact]
    public void A_part_of_an_archive_is_removed_only_when_nobody_can_still_write_to_it()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(status: Some.Accepted(Some.Open()))) with
        {
            Found = [new FoundArchive("a.tar", Some.Now, false)],
            MayRunUntil = Some.Now.AddSeconds(10),
        };
        Assert.IsType<CheckpointStep.Wait>(Some.Next(facts));
        Assert.Equal(new CheckpointStep.Discard("a.tar"), Some.Next(facts with { Now = Some.Now.AddSeconds(10) }));
    }

    [Fact]
    public void A_container_whose_archive_never_comes_is_asked_for_again_and_then_given_up()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(status: Some.Accepted(Some.Open())));
        Assert.Equal(new CheckpointStep.Save("app"), Some.Next(facts with { Now = Some.Now.AddSeconds(180) }));
        Assert.Equal(PodCheckpointReasons.Timeout, Assert.IsType<CheckpointStep.Fail>(Some.Next(facts with { Now = Some.Now.AddSeconds(181) })).Reason);
    }

    [Fact]
    public void The_pod_is_deleted_when_all_archives_are_verified_and_before_anything_is_pushed()
    {
        PodCheckpointSpec spec = new() { Pod = "web", DeletePod = true };
        Assert.Equal(new CheckpointStep.Save("side"), Some.Next(Some.Facts(Some.Object(spec, Some.Accepted(Some.Saved(), new ContainerCheckpoint { Name = "side" })))));
        PodCheckpointStatus saved = Some.Accepted(Some.Saved(), Some.Saved("side"));
        Assert.IsType<CheckpointStep.DeletePod>(Some.Next(Some.Facts(Some.Object(spec, saved)) with { Held = ["app", "side"] }));
        PodCheckpointStatus deleted = saved with { Conditions = [new Condition { Type = PodCheckpointConditions.PodDeleted, Status = Condition.True }] };
        Assert.Equal(new CheckpointStep.Push("app"), Some.Next(Some.Facts(Some.Object(spec, deleted)) with { Held = ["app", "side"], Pod = null }));
    }

    [Fact]
    public void A_deletion_that_was_refused_holds_no_push_and_is_tried_again_until_it_succeeds()
    {
        PodCheckpointSpec spec = new() { Pod = "web", DeletePod = true };
        CheckpointFacts facts = Some.Facts(Some.Object(spec, Some.Accepted(Some.Saved()))) with { Held = ["app"], DeletionPause = TimeSpan.FromSeconds(7) };
        Assert.Equal(new CheckpointStep.Push("app"), Some.Next(facts));
        Assert.IsType<CheckpointStep.DeletePod>(Some.Next(facts with { DeletionPause = null }));

        CheckpointFacts pushed = facts with { Object = Some.Object(spec, Some.Accepted(Some.Pushed())) };
        Assert.Equal(new CheckpointStep.RemoveArchive("app"), Some.Next(pushed));
        Assert.Equal(new CheckpointStep.Wait(TimeSpan.FromSeconds(7)), Some.Next(pushed with { Held = [] }));
        Assert.IsType<CheckpointStep.DeletePod>(Some.Next(pushed with { Held = [], DeletionPause = null }));

        CheckpointFacts byCrik = facts with { Object = Some.Object(spec, Some.Accepted(Some.Saved()) with { Engine = CheckpointEngines.Crik }) };
        Assert.Equal(new CheckpointStep.Wait(TimeSpan.FromSeconds(7)), Some.Next(byCrik));
    }

    [Fact]
    public void An_archive_is_removed_when_its_image_is_in_the_registry_and_not_before()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(Some.Pushed(), Some.Saved("side")));
        Assert.Equal(new CheckpointStep.RemoveArchive("app"), Some.Next(Some.Facts(item) with { Held = ["app", "side"] }));
        Assert.Equal(new CheckpointStep.Push("side"), Some.Next(Some.Facts(item) with { Held = ["side"] }));
        Assert.IsType<CheckpointStep.Finish>(Some.Next(Some.Facts(Some.Object(status: Some.Accepted(Some.Pushed())))));
    }

    [Fact]
    public void An_object_that_failed_leaves_no_archive()
    {
        PodCheckpointStatus failed = Some.Accepted(Some.Saved(), Some.Open("side")) with { CompletionTime = Some.Now };
        Assert.Equal(new CheckpointStep.RemoveArchive("app"), Some.Next(Some.Facts(Some.Object(status: failed)) with { Held = ["app"] }));
        CheckpointFacts left = Some.Facts(Some.Object(status: failed)) with { Found = [new FoundArchive("a.tar", Some.Now, true)] };
        Assert.Equal(new CheckpointStep.Discard("a.tar"), Some.Next(left));
        Assert.IsType<CheckpointStep.Wait>(Some.Next(left with { OtherIsSaving = true })); // it may be that of the other object
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(Some.Object(status: failed))));
    }

    [Fact]
    public void An_archive_that_is_all_that_is_left_of_a_deleted_pod_stays_when_the_object_fails()
    {
        Condition[] deleted = [new Condition { Type = PodCheckpointConditions.PodDeleted, Status = Condition.True }];
        PodCheckpointStatus failed = Some.Accepted(Some.Saved(), Some.Pushed() with { Name = "side" }) with { CompletionTime = Some.Now, Conditions = deleted };

        Assert.Equal(new CheckpointStep.RemoveArchive("side"), Some.Next(Some.Facts(Some.Object(status: failed)) with { Held = ["app", "side"] }));
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(Some.Object(status: failed)) with { Held = ["app"] }));
    }

    [Fact]
    public void Archives_that_are_there_are_pushed_before_a_lost_one_fails_the_object()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(Some.Saved(), Some.Saved("side")));

        Assert.Equal(new CheckpointStep.Push("side"), Some.Next(Some.Facts(item) with { Held = ["side"] }));
        Assert.Equal(new CheckpointStep.Push("app"), Some.Next(Some.Facts(item)));
    }

    [Fact]
    public void A_pod_is_not_deleted_when_one_of_its_archives_is_gone()
    {
        PodCheckpointDocument item = Some.Object(new PodCheckpointSpec { Pod = "web", DeletePod = true }, Some.Accepted(Some.Saved(), Some.Saved("side")));

        CheckpointStep.Fail fail = Assert.IsType<CheckpointStep.Fail>(Some.Next(Some.Facts(item) with { Held = ["app"] }));
        Assert.Equal(PodCheckpointReasons.ArchiveLost, fail.Reason);
    }

    [Fact]
    public void A_repository_that_is_no_longer_allowed_does_not_fail_an_object_that_was_accepted()
    {
        PodCheckpointDocument item = Some.Object(new PodCheckpointSpec { Pod = "web", Repository = "registry.example/b" }, Some.Accepted(Some.Saved()));

        Assert.Equal(new CheckpointStep.Push("app"), CheckpointDecision.Next(Some.Facts(item) with { Held = ["app"] }, Some.Settings with { AllowedRepositories = ["registry.example/a"] }));
    }

    [Fact]
    public void A_full_disk_refuses_a_checkpoint_before_it_is_taken()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(status: Some.Accepted(new ContainerCheckpoint { Name = "app" }))) with { DiskProblem = "full" };
        Assert.Equal(new CheckpointStep.Fail(PodCheckpointReasons.DiskFull, "full"), Some.Next(facts));
    }

    [Fact]
    public void Another_object_that_saves_the_same_pod_is_awaited() => Assert.IsType<CheckpointStep.Wait>(
        Some.Next(Some.Facts(Some.Object(status: Some.Accepted(new ContainerCheckpoint { Name = "app" }))) with { OtherIsSaving = true }));

    [Fact]
    public void Another_pod_of_the_same_name_is_not_saved_in_its_place()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(status: Some.Accepted(new ContainerCheckpoint { Name = "app" }))) with { Pod = Some.Pod with { Uid = "another" } };
        Assert.Equal(PodCheckpointReasons.PodNotFound, Assert.IsType<CheckpointStep.Fail>(Some.Next(facts)).Reason);
    }

    [Fact]
    public void An_object_that_is_deleted_leaves_neither_archives_nor_images()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(Some.Open()));
        item = item with { Metadata = item.Metadata! with { DeletionTimestamp = Some.Now } };
        Assert.Equal(new CheckpointStep.RemoveArchive("app"), Some.Next(Some.Facts(item) with { Held = ["app"] }));
        Assert.IsType<CheckpointStep.Wait>(Some.Next(Some.Facts(item) with { MayRunUntil = Some.Now.AddSeconds(5) }));
        Assert.Equal(new CheckpointStep.Discard("a.tar"), Some.Next(Some.Facts(item) with { Found = [new FoundArchive("a.tar", Some.Now, true)], MayRunUntil = Some.Now.AddSeconds(5) }));
        Assert.IsType<CheckpointStep.Release>(Some.Next(Some.Facts(item)));
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(item with { Metadata = item.Metadata with { Finalizers = null } })));
    }

    [Fact]
    public void A_checkpoint_of_crik_is_recorded_and_needs_no_registry()
    {
        PodCheckpointStatus status = Some.Accepted(Some.Open()) with { Engine = CheckpointEngines.Crik };
        CrikGeneration generation = new(7, 1000, Some.Now);
        Assert.Equal(new CheckpointStep.Record("app", generation), Some.Next(Some.Facts(Some.Object(status: status)) with { Generation = generation }));
        Assert.IsType<CheckpointStep.Finish>(Some.Next(Some.Facts(Some.Object(status: status with { Containers = [Some.Saved()] }))));
    }
}
