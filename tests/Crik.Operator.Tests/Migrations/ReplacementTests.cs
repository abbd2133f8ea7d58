using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.Migrations;

public sealed class ReplacementTests
{
    private static readonly PodMove s_awaited = Some.Move(PodMoveConditions.Armed) with { AnnouncedTime = Some.Now };

    private static readonly MovingPod s_ending = Some.Pod(owner: Some.Set) with { DeletedAt = Some.Now };

    private static readonly MovingPod s_new = Some.Pod("new", Some.Set) with { Name = "web-x" };

    [Fact]
    public void The_next_pod_of_the_controller_may_only_run_on_the_destination() =>
        Assert.Equal(new Replacement.Pinned("uid-m", "old", "node-2"), Replacement.Of(Expected(s_awaited), [s_ending], 1));

    [Fact]
    public void Before_the_announcement_and_after_the_end_nothing_is_expected()
    {
        Assert.Empty(Expected(Some.Move(PodMoveConditions.Armed)));
        Assert.Empty(Expected(s_awaited with { Reason = PodMigrationReasons.Timeout }));
        Assert.Empty(Expected(s_awaited with { Replacement = new PodReplacement { Uid = "new" } }));
        Assert.Empty(Replacement.Expected(s_new with { Owner = Some.Set with { Id = "another" } }, [Some.Migration(null, s_awaited)]));
    }

    [Fact]
    public void A_pod_that_is_made_beside_one_that_still_runs_does_not_replace_it() =>
        Assert.IsType<Replacement.None>(Replacement.Of(Expected(s_awaited), [Some.Pod(owner: Some.Set)], 1));

    [Fact]
    public void A_second_pod_does_not_replace_the_same_one() =>
        Assert.IsType<Replacement.None>(Replacement.Of(Expected(s_awaited), [s_ending, s_new with { Migration = "uid-m", Replaces = "old" }], 2));

    [Fact]
    public void The_replacement_of_an_earlier_move_is_not_taken_for_the_next_one() => Assert.Equal(
        new Replacement.Pinned("uid-m", "old", "node-2"),
        Replacement.Of(Expected(s_awaited), [s_ending, s_new with { Migration = "uid-m", Replaces = "earlier" }], 2));

    [Fact]
    public void While_one_pod_is_held_back_the_next_one_is_too()
    {
        MovingPod held = s_new with { Migration = "uid-m", IsGated = true };

        Assert.IsType<Replacement.Held>(Replacement.Of(Expected(s_awaited), [s_ending, held], 2));
        Assert.IsType<Replacement.Held>(Replacement.Of(Expected(s_awaited), [s_ending, held], 3));
    }

    [Fact]
    public void If_nobody_knows_how_many_pods_there_should_be_the_new_one_is_held_back() =>
        Assert.IsType<Replacement.Held>(Replacement.Of(Expected(s_awaited), [s_ending], null));

    [Fact]
    public void A_pod_from_another_template_replaces_nobody()
    {
        PodMove move = s_awaited with { Revision = "1" };

        Assert.Empty(Replacement.Expected(s_new with { Revision = "2" }, [Some.Migration(null, move)]));
        Assert.Single(Replacement.Expected(s_new with { Revision = "1" }, [Some.Migration(null, move)]));
    }

    [Fact]
    public void A_pod_of_an_indexed_Job_is_matched_by_its_index()
    {
        PodMove move = s_awaited with { CompletionIndex = "1" };

        Assert.Empty(Replacement.Expected(s_new with { CompletionIndex = "0" }, [Some.Migration(null, move)]));
        Assert.IsType<Replacement.Pinned>(Replacement.Of(Replacement.Expected(s_new with { CompletionIndex = "1" }, [Some.Migration(null, move)]), [], 5));
    }

    [Fact]
    public void If_another_pod_of_the_controller_is_missing_the_new_one_is_held_back()
    {
        Assert.IsType<Replacement.Held>(Replacement.Of(Expected(s_awaited), [s_ending], 2));
        Assert.IsType<Replacement.Held>(Replacement.Of(Expected(s_awaited), [s_ending, s_ending with { Uid = "other" }], 1));
        Assert.IsType<Replacement.Pinned>(Replacement.Of(Expected(s_awaited), [s_ending, Some.Pod("other", Some.Set)], 2));
    }

    [Fact]
    public void A_StatefulSet_is_matched_by_name()
    {
        PodMove move = s_awaited with { KeepsName = true };

        Assert.Empty(Replacement.Expected(s_new with { Name = "web-7" }, [Some.Migration(null, move)]));
        Assert.IsType<Replacement.Pinned>(Replacement.Of(Replacement.Expected(s_new with { Name = "web" }, [Some.Migration(null, move)]), [], 5));
    }

    [Fact]
    public void The_affinity_of_the_pod_stays_and_the_destination_is_added()
    {
        AdmissionRequest request = Request("""{"metadata":{},"spec":{"affinity":{"podAntiAffinity":{"x":1} } } }""");

        JsonObject pod = JsonPatch.Apply(request.Pod, ReplacementChanges.Add(request, Unchanged(), new Replacement.Pinned("uid-m", "old", "node-2")).Changes);

        Assert.NotNull(pod.At("spec", "affinity", "podAntiAffinity", "x"));
        Assert.Contains("\"node-2\"", pod.At("spec", "affinity", "nodeAffinity")!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(("uid-m", "old", true), (MovingPod.Of(pod).Migration, MovingPod.Of(pod).Replaces, MovingPod.Of(pod).IsPinned));
    }

    [Fact]
    public void A_pod_that_is_held_back_keeps_the_gates_of_others()
    {
        AdmissionRequest request = Request("""{"metadata":{"labels":{"a":"b"} },"spec":{"schedulingGates":[{"name":"other"}]} }""");

        JsonObject pod = JsonPatch.Apply(request.Pod, ReplacementChanges.Add(request, Unchanged(), new Replacement.Held("uid-m")).Changes);

        Assert.Equal(["other", PodMigrationNames.Gate], pod.At("spec", "schedulingGates").Maps().Select(static gate => gate.At("name").Text()));
        Assert.Equal(("b", "true"), (pod.At("metadata", "labels", "a").Text(), pod.At("metadata", "labels", PodMigrationNames.HeldLabel).Text()));
        Assert.True(MovingPod.Of(pod).IsGated);
    }

    private static IReadOnlyList<(string, PodMove)> Expected(PodMove move) => Replacement.Expected(s_new, [Some.Migration(null, move)]);

    private static AdmissionRequest Request(string pod) => new("id", "team", JsonNode.Parse(pod)!.AsObject());

    private static AdmissionResponse Unchanged() => AdmissionResponse.Unchanged("id", AdmissionOutcome.NotAskedFor);
}
