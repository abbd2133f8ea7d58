using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class RestoreWishTests
{
    private const string OfSet = """{"metadata":{"ownerReferences":[{"kind":"ReplicaSet","name":"web","uid":"rs-1","controller":true}]},"spec":{"containers":[{"name":"app"}]}}""";

    private static readonly NodeFacts[] s_nodes = [Checkpoints.Node()];

    [Fact]
    public void The_annotations_are_read_with_the_name_and_the_controller_of_the_pod()
    {
        JsonObject pod = Pod("latest", "previous", """  "ownerReferences":[{"uid":"other"},{"uid":"rs-1","controller":true}]""");

        Assert.Equal(new RestoreWish("latest", RestoreFallback.Previous, "web-0", "rs-1"), RestoreWish.Of(pod, out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_pod_without_the_annotation_or_one_that_was_restored_asks_for_nothing()
    {
        JsonObject restored = Pod("latest");
        restored["metadata"]!["annotations"]![PodNames.RestoredFromAnnotation] = "x";

        Assert.Null(RestoreWish.Of(restored, out _));
        Assert.Null(RestoreWish.Of(Pods.With(), out _));
        Assert.Null(RestoreWish.Of(Pods.Parse("""{"metadata":{"annotations":{"crik.dev/restore":7}}}"""), out _));
    }

    [Theory]
    [InlineData("fail", true, true)]
    [InlineData("previous", true, true)]
    [InlineData("fresh", false, true)]
    [InlineData("fresh", true, false)]
    public void An_annotation_that_it_starts_afresh_counts_only_where_the_webhook_has_written_it_and_injected_crik(string fallback, bool isInjected, bool asks)
    {
        JsonObject pod = Pod("latest", fallback);
        pod["metadata"]!["annotations"]![PodNames.NotRestoredAnnotation] = "There is no checkpoint.";
        if (isInjected)
        {
            pod["metadata"]!["annotations"]![PodNames.InjectedAnnotation] = "{}";
        }

        Assert.Equal(asks, RestoreWish.Of(pod, out _) is not null);
    }

    [Fact]
    public void A_fallback_that_is_none_is_a_problem()
    {
        Assert.NotNull(RestoreWish.Of(Pod("latest", "frsh"), out string? problem));
        Assert.Equal("The annotation crik.dev/restore-fallback is 'frsh', and must be fail, previous or fresh.", problem);
    }

    [Fact]
    public void The_latest_is_that_of_the_same_pod_or_the_same_controller()
    {
        RestoreWish wish = new(PodNames.LatestCheckpoint, RestoreFallback.Fail, null, "rs-1");

        Assert.Equal("right", Restored(wish.Decide([Checkpoints.Complete("right", 1, "web-a", saved: OfSet), Checkpoints.Complete("newer", 5, "db-0")], s_nodes, s_nodes)));
        Assert.Equal("named", Restored((wish with { Pod = "web-0", Controller = null }).Decide([Checkpoints.Complete("named")], s_nodes, s_nodes)));
        Assert.StartsWith("There is no complete checkpoint of this pod.", Refusal(wish.Decide([Checkpoints.Complete("newer", 5, "db-0")], s_nodes, s_nodes)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RestoreFallback.Fail)]
    [InlineData(RestoreFallback.Fresh)]
    public void The_latest_is_awaited_while_its_image_is_on_its_way(RestoreFallback fallback)
    {
        RestoreWish wish = new(PodNames.LatestCheckpoint, fallback, "web-0", null);
        PodCheckpointDocument saved = Checkpoints.Complete("new", 5) with
        {
            Status = new PodCheckpointStatus { Engine = CheckpointEngines.Kubelet, Conditions = [new Condition { Type = PodCheckpointConditions.Saved, Status = Condition.True }] },
        };

        Assert.StartsWith("The checkpoint new is not complete yet.", Refusal(wish.Decide([Checkpoints.Complete("old"), saved], s_nodes, s_nodes)), StringComparison.Ordinal);
        Assert.Equal("newer", Restored(wish.Decide([Checkpoints.Complete("newer", 6), saved], s_nodes, s_nodes)));
    }

    [Fact]
    public void A_checkpoint_that_is_being_deleted_is_not_taken()
    {
        PodCheckpointDocument going = Checkpoints.Complete("going", 5);
        going = going with { Metadata = going.Metadata! with { DeletionTimestamp = Checkpoints.Began } };

        Assert.Equal("old", Restored(new RestoreWish(PodNames.LatestCheckpoint, RestoreFallback.Fail, "web-0", null).Decide([Checkpoints.Complete("old"), going], s_nodes, s_nodes)));
        Assert.Contains("is being deleted", Refusal(new RestoreWish("going", RestoreFallback.Fail, "web-0", null).Decide([going], s_nodes, s_nodes)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_named_is_taken_even_of_another_pod()
    {
        RestoreWish wish = new("golden", RestoreFallback.Fail, "web-0", null);

        Assert.Equal("golden", Restored(wish.Decide([Checkpoints.Complete("golden", 1, "template")], s_nodes, s_nodes)));
        Assert.Contains("There is no PodCheckpoint golden", Refusal(wish.Decide([], s_nodes, s_nodes)), StringComparison.Ordinal);
        Assert.IsType<RestoreDecision.Fresh>((wish with { Fallback = RestoreFallback.Fresh }).Decide([], s_nodes, s_nodes));
        Assert.Equal("older", Restored((wish with { Fallback = RestoreFallback.Previous }).Decide([Checkpoints.Complete("older")], s_nodes, s_nodes)));
    }

    [Theory]
    [InlineData(RestoreFallback.Fail)]
    [InlineData(RestoreFallback.Previous)]
    [InlineData(RestoreFallback.Fresh)]
    public void A_pod_without_a_container_of_the_checkpoint_does_not_start_afresh_without_a_word(RestoreFallback fallback)
    {
        JsonObject pod = Pods.Parse("""{"spec":{"containers":[{"name":"web"},{"name":"side"}]}}""");

        RestoreDecision decision = new RestoreWish("web-0-1", fallback, "web-0", null).Decide([Checkpoints.Complete()], s_nodes, s_nodes, pod);

        const string Reason = "The checkpoint web-0-1 is of the container app, and the pod has none of that name: it has web, side.";
        Assert.StartsWith(Reason, fallback is RestoreFallback.Fresh ? Assert.IsType<RestoreDecision.Fresh>(decision).Notes[0] : Refusal(decision), StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_of_the_checkpoint_that_the_pod_lacks_beside_one_that_it_has_is_noted()
    {
        PodCheckpointDocument checkpoint = Checkpoints.Complete();
        checkpoint = checkpoint with { Status = checkpoint.Status! with { Containers = [.. checkpoint.Status.Containers!, new ContainerCheckpoint { Name = "cache", Image = "c@sha256:2" }] } };

        RestoreDecision decision = new RestoreWish("web-0-1", RestoreFallback.Fail, null, null).Decide([checkpoint], s_nodes, s_nodes, Pod("latest"));

        Assert.Equal(["The pod has no container cache, so its checkpoint is not restored."], Assert.IsType<RestoreDecision.Restored>(decision).Notes);
    }

    [Fact]
    public void The_changes_put_the_image_into_the_pod_and_keep_it_on_nodes_that_can()
    {
        JsonObject pod = Pod("latest");

        JsonObject changed = JsonPatch.Apply(pod, RestoreChanges.Of(pod, new RestoreParts(new Dictionary<string, string> { ["app"] = "c@sha256:1" }, [Checkpoints.Node()], "web-0-1")));

        Assert.Equal(("c@sha256:1", "IfNotPresent"), ((string?)Pods.Container(changed)["image"], (string?)Pods.Container(changed)["imagePullPolicy"]));
        Assert.Equal("web-0-1", (string?)changed["metadata"]!["annotations"]!["crik.dev/restored-from"]);
        Assert.Contains("node-2", changed["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(RestoreWish.Of(changed, out _));
    }

    [Fact]
    public void A_pod_that_has_its_node_already_keeps_it()
    {
        JsonObject pod = Pod("latest");
        pod["spec"]!["nodeName"] = "node-7";

        Assert.DoesNotContain(RestoreChanges.Of(pod, new RestoreParts(new Dictionary<string, string>(), [Checkpoints.Node()], "x")), change => change.Path == "/spec/affinity");
    }

    private static JsonObject Pod(string checkpoint, string? fallback = null, string metadata = "\"namespace\":\"shop\"")
    {
        JsonObject pod = Pods.With(metadata: metadata);
        pod["metadata"]!["annotations"] = new JsonObject { [PodNames.RestoreAnnotation] = checkpoint };
        if (fallback is not null)
        {
            pod["metadata"]!["annotations"]![PodNames.RestoreFallbackAnnotation] = fallback;
        }

        return pod;
    }

    private static string? Restored(RestoreDecision decision) => Assert.IsType<RestoreDecision.Restored>(decision).Checkpoint.Metadata!.Name;

    private static string Refusal(RestoreDecision decision) => Assert.IsType<RestoreDecision.Refused>(decision).Reason;
}
