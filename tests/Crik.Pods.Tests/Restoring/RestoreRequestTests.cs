using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class RestoreRequestTests
{
    private const string OfDeployment = """{"metadata":{"ownerReferences":[{"kind":"ReplicaSet","name":"web","uid":"rs-1","controller":true}]},"spec":{"containers":[{"name":"app"}]}}""";

    private static readonly NodeFacts s_new = Checkpoints.Node("node-9", "containerd://2.4.0");

    [Fact]
    public void A_complete_checkpoint_is_restored_on_the_nodes_that_can()
    {
        PodCheckpointDocument wanted = Checkpoints.Complete();

        RestoreDecision.Restored restored = Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(wanted, nodes: [s_new, Checkpoints.Node("a"), Checkpoints.Node("b")]));

        Assert.Same(wanted, restored.Checkpoint);
        Assert.Equal(["a", "b"], restored.Nodes.Select(node => node.Name));
        Assert.Empty(restored.Notes);
    }

    [Fact]
    public void Where_no_node_can_the_reason_is_said_once_for_all_that_share_it()
    {
        NodeFacts[] nodes = [.. Enumerable.Range(1, 5).Select(number => Checkpoints.Node($"n{number}", "containerd://2.4.0")), Checkpoints.Node("old", "containerd://1.7.0")];

        string reason = Assert.IsType<RestoreDecision.Refused>(Checkpoints.Decide(Checkpoints.Complete(), nodes: nodes)).Reason;

        Assert.StartsWith("No node can restore web-0-1. Nodes n1, n2, n3 and 2 more: Its containerd 2.4.0 no longer restores", reason, StringComparison.Ordinal);
        Assert.Contains("Node old: Its containerd 1.7.0 cannot restore", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_failed_or_has_no_image_is_refused()
    {
        PodCheckpointDocument ofCrik = Checkpoints.Complete();
        ofCrik = ofCrik with { Status = ofCrik.Status! with { Engine = CheckpointEngines.Crik, Containers = [new ContainerCheckpoint { Name = "app", Generation = 4 }] } };

        Assert.Equal("The checkpoint web-0-failed has failed: the disk is full", Refusal(Checkpoints.Failed()));
        Assert.Contains("not complete yet", Refusal(Checkpoints.Complete() with { Status = null }), StringComparison.Ordinal);
        Assert.Contains("made by the crik in the pod", Refusal(ofCrik), StringComparison.Ordinal);
        Assert.Equal("There is no node to restore it on.", Assert.IsType<RestoreDecision.Refused>(Checkpoints.Decide(Checkpoints.Complete(), nodes: [])).Reason);
    }

    [Fact]
    public void With_the_fallback_fresh_the_program_starts_afresh_and_the_reason_is_noted()
    {
        RestoreDecision.Fresh fresh = Assert.IsType<RestoreDecision.Fresh>(Checkpoints.Decide(Checkpoints.Failed(), RestoreFallback.Fresh));

        Assert.Contains(fresh.Notes, note => note.Contains("the disk is full", StringComparison.Ordinal));
        Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(Checkpoints.Complete(), RestoreFallback.Fresh));
    }

    [Fact]
    public void With_the_fallback_previous_the_newest_older_one_of_the_same_pod_that_can_be_restored_is_taken()
    {
        PodCheckpointDocument right = Checkpoints.Complete("right", minute: 5);
        RestoreDecision decision = Checkpoints.Decide(
            Checkpoints.Failed(minute: 9), RestoreFallback.Previous, null,
            Checkpoints.Complete("oldest", minute: 1), right, Checkpoints.Complete("of-another-pod", minute: 8, pod: "web-1"),
            Checkpoints.Complete("of-another-runtime", minute: 7, runtime: "cri-o 1.37.0"), Checkpoints.Complete("newer", minute: 10), Checkpoints.Failed(minute: 8));

        RestoreDecision.Restored restored = Assert.IsType<RestoreDecision.Restored>(decision);
        Assert.Same(right, restored.Checkpoint);
        Assert.Contains("The older checkpoint right is taken.", restored.Notes);
    }

    [Fact]
    public void A_pod_of_the_same_controller_is_the_same_one_and_a_pod_of_another_is_not()
    {
        PodCheckpointDocument wanted = Checkpoints.Failed(minute: 9) with { Spec = new PodCheckpointSpec { Pod = "web-x7" } };
        PodCheckpointDocument ofDeployment = Checkpoints.Complete("wanted", 9, saved: OfDeployment);
        wanted = wanted with { Metadata = ofDeployment.Metadata, Status = wanted.Status! with { ControllerUid = ofDeployment.Status!.ControllerUid } };

        Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(wanted, RestoreFallback.Previous, null, Checkpoints.Complete("older", pod: "web-a1", saved: OfDeployment)));
        RestoreDecision other = Checkpoints.Decide(
            wanted, RestoreFallback.Previous, null, Checkpoints.Complete("older", pod: "web-a1", saved: OfDeployment.Replace("rs-1", "rs-2", StringComparison.Ordinal)));
        Assert.EndsWith("No older checkpoint of this pod can be restored either.", Assert.IsType<RestoreDecision.Refused>(other).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_pod_counts_only_with_the_sum_that_the_agent_has_written_and_its_owner_never()
    {
        PodCheckpointDocument good = Checkpoints.Complete("good", saved: OfDeployment);
        PodCheckpointDocument changed = good with { Status = good.Status! with { PodSha256 = new string('0', 64) } };
        PodCheckpointDocument removed = good with { Metadata = good.Metadata! with { Annotations = null } };

        Assert.Null(SavedPod.WhyNotTrusted(good));
        Assert.NotNull(SavedPod.TemplateOf(good));
        Assert.Null(SavedPod.TemplateOf(changed));
        Assert.StartsWith("Somebody has changed the pod", SavedPod.WhyNotTrusted(changed), StringComparison.Ordinal);
        Assert.StartsWith("Somebody has removed the pod", SavedPod.WhyNotTrusted(removed), StringComparison.Ordinal);
        Assert.EndsWith("Make a new checkpoint.", SavedPod.WhyNotTrusted(good with { Status = good.Status with { PodSha256 = null } }), StringComparison.Ordinal);
        Assert.Null(SavedPod.WhyNotTrusted(Checkpoints.Complete()));
        Assert.False(SavedPod.IsOf(good with { Status = good.Status with { ControllerUid = null } }, null, "rs-1"));
        Assert.True(SavedPod.IsOf(changed, null, "rs-1"));
    }

    [Fact]
    public void The_latest_is_the_newest_that_is_complete_and_has_an_image()
    {
        PodCheckpointDocument newest = Checkpoints.Complete("newest", minute: 3);
        PodCheckpointDocument withoutImage = Checkpoints.Complete("without", minute: 5);
        withoutImage = withoutImage with { Status = withoutImage.Status! with { Containers = [] } };

        Assert.Same(newest, RestoreRequest.Latest([Checkpoints.Complete(), newest, Checkpoints.Failed(minute: 9), withoutImage]));
        Assert.Null(RestoreRequest.Latest([Checkpoints.Failed()]));
    }

    [Fact]
    public void The_architecture_is_that_of_the_node_on_which_it_was_made_even_if_that_may_not_be_used()
    {
        RestoreRequest request = new(Checkpoints.Complete(), [], [Checkpoints.Node(architecture: "arm64")], RestoreFallback.Fail)
        {
            AllNodes = [Checkpoints.Node("node-1"), Checkpoints.Node(architecture: "arm64")],
        };

        Assert.Contains("was made on amd64", Assert.IsType<RestoreDecision.Refused>(request.Decide()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_about_which_there_is_something_to_warn_are_taken_only_if_there_are_no_others()
    {
        NodeFacts closed = Checkpoints.Node("closed") with { IsCordoned = true }, off = Checkpoints.Node("off", "containerd://2.2.7");

        RestoreDecision.Restored good = Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(Checkpoints.Complete(), nodes: [closed, off, Checkpoints.Node("good")]));
        RestoreDecision.Restored bad = Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(Checkpoints.Complete(), nodes: [closed, off]));

        Assert.Equal("good", Assert.Single(good.Nodes).Name);
        Assert.Empty(good.Notes);
        Assert.Equal(["closed", "off"], bad.Nodes.Select(node => node.Name));
        Assert.Contains(bad.Notes, note => note.Contains("Node off: Its containerd 2.2.7 restores checkpoint images only if", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_pretends_to_know_the_architecture_of_a_node_that_is_gone()
    {
        NodeFacts[] nodes = [Checkpoints.Node("a"), Checkpoints.Node("b", architecture: "arm64")];

        RestoreDecision.Restored restored = Assert.IsType<RestoreDecision.Restored>(Checkpoints.Decide(Checkpoints.Complete(), nodes: nodes));

        Assert.Equal(["The node that made web-0-1 is gone, and nobody knows its architecture: the nodes have amd64 and arm64."], restored.Notes);
    }

    private static string Refusal(PodCheckpointDocument wanted) => Assert.IsType<RestoreDecision.Refused>(Checkpoints.Decide(wanted)).Reason;
}
