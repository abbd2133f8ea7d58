using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Tests.Migrations;

/// <summary>Moves of pods without crik, which the kubelet saves as images.</summary>
public sealed class ImageMoveTests
{
    private const string Image = "registry/team@sha256:1";

    private static readonly MovingPod s_pod = Some.Pod(owner: Some.Set) with { CrikContainers = [], Containers = ["app"] };

    private static readonly MovingPod s_held = s_pod with { Name = "web-2", Uid = "new", Node = null, IsGated = true, Migration = "uid-m" };

    private static readonly PodMove s_accepted = Some.Move() with { Engine = "kubelet", Containers = [new MovedContainer { Name = "app" }] };

    private static readonly PodMove s_announced = s_accepted with { AnnouncedTime = Some.Now, Checkpoint = "web-move-1" };

    private static readonly PodMove s_saved = s_announced with
    {
        DeletedTime = Some.Now,
        CheckpointedTime = Some.Now,
        Containers = [new MovedContainer { Name = "app", Image = Image }],
        Conditions = [.. s_announced.Conditions!, new Condition { Type = PodMoveConditions.Checkpointed, Status = Condition.True }],
    };

    [Fact]
    public void The_intent_is_written_before_the_agent_is_asked_and_the_operator_does_not_delete_the_pod()
    {
        Assert.IsType<MigrationStep.Announce>(Step(s_accepted, s_pod));
        Assert.IsType<MigrationStep.Save>(Step(s_announced, s_pod));
        Assert.IsType<MigrationStep.Wait>(Step(s_announced, s_pod, Checkpoint(isAccepted: true)));
        Assert.IsType<MigrationStep.Wait>(Step(s_announced, s_pod, Checkpoint(isAccepted: true, PodCheckpointConditions.Saved)));
    }

    [Fact]
    public void The_name_of_the_checkpoint_is_the_same_each_time_and_another_one_for_another_pod()
    {
        string name = ImageMove.CheckpointName(s_accepted, "uid-m");

        Assert.Equal(name, ImageMove.CheckpointName(s_accepted, "uid-m"));
        Assert.NotEqual(name, ImageMove.CheckpointName(s_accepted with { Uid = "other" }, "uid-m"));
        Assert.NotEqual(name, ImageMove.CheckpointName(s_accepted, "uid-of-the-next-try"));
        Assert.InRange(ImageMove.CheckpointName(s_accepted with { Name = new string('a', 253) }, "uid-m").Length, 1, 253);
    }

    [Fact]
    public void The_replacement_is_held_back_until_the_images_are_in_the_registry()
    {
        PodCheckpointDocument pushing = Checkpoint(isAccepted: true, PodCheckpointConditions.Saved, PodCheckpointConditions.PodDeleted);
        PodMove gone = s_announced with { DeletedTime = Some.Now };

        Assert.IsType<MigrationStep.Wait>(Step(gone, null, pushing, s_held));
        Assert.IsType<MigrationStep.NoteSaved>(Step(gone, null, Complete(), s_held));
        Assert.Equal(new MigrationStep.Claim("old", s_held), Step(s_saved, null, Complete(), s_held));
    }

    [Fact]
    public void A_replacement_is_released_with_its_images_and_complete_when_it_is_ready_from_them()
    {
        PodMove claimed = s_saved with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" } };
        MovingPod free = s_held with { IsGated = false, Node = "node-2", RestoredFrom = "web-move-1" };
        MoveFacts facts = new(claimed, null) { Checkpoint = Complete() };

        Assert.Equal(new MigrationStep.LiftGate(s_held, claimed), Step(facts with { Replacement = s_held }));
        Assert.IsType<MigrationStep.Wait>(Step(facts with { Replacement = free }));
        Assert.IsType<MigrationStep.Complete>(Step(facts with { Replacement = free with { ReadyAt = Some.Now } }));
        Assert.IsType<MigrationStep.Reject>(Step(facts with { Replacement = free with { RestoredFrom = null } }));
        Assert.Equal(PodMigrationReasons.NotRestored, Reason(Step(facts with { Replacement = free with { RestoredFrom = null, Owner = null } })));
        Assert.Equal(PodMigrationReasons.WrongNode, Reason(Step(facts with { Replacement = free with { Node = "node-3" } })));
    }

    [Fact]
    public void Images_that_somebody_has_deleted_are_not_given_to_the_replacement()
    {
        PodMove claimed = s_saved with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" } };
        MoveFacts facts = new(claimed, null) { Replacement = s_held };

        Assert.Equal(PodMigrationReasons.NotCheckpointed, Reason(Step(facts)));
        Assert.Equal(PodMigrationReasons.NotCheckpointed, Reason(Step(facts with { Checkpoint = Deleted() })));
        Assert.Equal(new MigrationStep.LiftGate(s_held, null), Step(facts with { Move = claimed with { Reason = PodMigrationReasons.NotCheckpointed }, Checkpoint = Deleted() }));
        Assert.IsType<MigrationStep.Complete>(Step(facts with { Replacement = s_held with { IsGated = false, Node = "node-2", RestoredFrom = "web-move-1", ReadyAt = Some.Now } }));
    }

    [Fact]
    public void Two_pods_that_are_held_back_do_not_both_get_the_images()
    {
        MovingPod second = s_held with { Name = "web-3", Uid = "second" };
        PodMove canceled = s_saved with { Reason = PodMigrationReasons.Canceled }, claimed = canceled with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" } };
        MoveFacts facts = new(canceled, null) { Checkpoint = Complete(), Marked = [s_held, second] };

        Assert.Equal(new MigrationStep.Claim("old", s_held), Step(facts));
        Assert.Equal(new MigrationStep.LiftGate(s_held, claimed), Step(facts with { Move = claimed, Replacement = s_held }));
        MovingPod free = s_held with { IsGated = false, RestoredFrom = "web-move-1", Replaces = "old" };
        Assert.Equal(new MigrationStep.LiftGate(second, null), Step(facts with { Move = claimed, Replacement = free, Marked = [second] }));
        Assert.IsType<MigrationStep.Close>(Step(facts with { Move = claimed, Replacement = free, Marked = [] }));
        Assert.IsType<Replacement.None>(Replacement.Of([("uid-m", s_announced)], [s_held], 5));
    }

    [Fact]
    public void A_canceled_move_waits_for_the_controller_to_make_the_pod_that_gets_the_images()
    {
        MoveFacts facts = new(s_saved with { Reason = PodMigrationReasons.Canceled }, null) { Checkpoint = Complete() };

        Assert.IsType<MigrationStep.Wait>(Step(facts, Some.Now.AddMinutes(9)));
        Assert.IsType<MigrationStep.Close>(Step(facts, Some.Now.AddMinutes(11)));
        MovingPod fresh = s_held with { IsGated = false, Node = "node-1", Migration = null };
        Assert.Equal(new MigrationStep.Claim("old", fresh), Step(facts with { Unmarked = [fresh] }));
    }

    [Fact]
    public void A_pod_that_may_have_been_made_for_another_reason_is_not_deleted_because_the_webhook_missed_it()
    {
        PodMove claimed = s_saved with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" }, DeletedTime = null };
        MoveFacts facts = new(claimed, null) { Checkpoint = Complete(), Replacement = s_held with { IsGated = false, Node = "node-2" } };

        Assert.Equal(PodMigrationReasons.NotRestored, Reason(Step(facts)));
        Assert.IsType<MigrationStep.Reject>(Step(facts with { Move = claimed with { KeepsName = true } }));
    }

    [Fact]
    public void Pods_that_the_webhook_misses_are_rejected_later_each_time()
    {
        PodMove claimed = s_saved with { Replacement = new PodReplacement { Name = "web-2", Uid = "new" }, ReplacedTime = Some.Now, Unseen = ["1", "2", "3"] };
        MoveFacts facts = new(claimed, null) { Checkpoint = Complete(), Replacement = s_held with { IsGated = false, Node = "node-2" } };

        Assert.IsType<MigrationStep.Wait>(Step(facts, Some.Now.AddSeconds(7)));
        Assert.IsType<MigrationStep.Reject>(Step(facts, Some.Now.AddSeconds(8)));
    }

    [Fact]
    public void A_pod_that_is_gone_before_an_agent_began_holds_nobody_back()
    {
        PodCheckpointDocument unbegun = Checkpoint(isAccepted: false);

        Assert.Equal(PodMigrationReasons.EngineNotAvailable, Reason(Step(s_announced, null, unbegun, s_held, Some.Now.AddMinutes(2))));
        PodMove given = s_announced with { Reason = PodMigrationReasons.EngineNotAvailable };
        Assert.Equal(new MigrationStep.Withdraw(unbegun), Step(given, null, unbegun, s_held));
        Assert.Equal(new MigrationStep.LiftGate(s_held, null), Step(given, null, null, s_held));
    }

    [Fact]
    public void A_pod_that_has_ended_by_itself_ends_the_move()
    {
        MovingPod ended = s_pod with { Phase = "Failed" };

        Assert.Equal(PodMigrationReasons.PodNotRunning, Reason(Step(s_announced, ended)));
        Assert.IsType<MigrationStep.Close>(Step(s_announced with { Reason = PodMigrationReasons.PodNotRunning }, ended));
        Assert.Equal(new MigrationStep.LiftGate(s_held, null), Step(s_announced with { Reason = PodMigrationReasons.PodNotRunning }, ended, null, s_held));
    }

    [Fact]
    public void CRI_O_needs_the_images_from_which_the_containers_were_started()
    {
        CheckpointOrigin origin = new(ContainerRuntime.Parse("cri-o://1.37.0"), "amd64");
        MigrationNode node = Some.Node("node-2") with { Labels = new Dictionary<string, string> { [PodMigrationNames.RestoringNodeLabel] = "true" } };

        Assert.Null(ImageRestores.Obstacle(origin, node with { Facts = node.Facts with { Runtime = "cri-o://1.37.0", Kubelet = "v1.36.2" } }));
        Assert.NotNull(ImageRestores.Obstacle(origin, node with { Facts = node.Facts with { Runtime = "cri-o://1.37.0", Kubelet = "v1.34.0" } }));
        Assert.NotNull(ImageRestores.Unknown(["app", "beside"], new Dictionary<string, string> { ["app"] = "app@sha256:1" }));
        Assert.Null(ImageRestores.Unknown(["app"], new Dictionary<string, string> { ["app"] = "app@sha256:1" }));
    }

    [Fact]
    public void Once_the_pod_is_saved_and_gone_the_push_may_take_longer_than_the_timeout()
    {
        PodMove gone = s_announced with { DeletedTime = Some.Now };
        PodCheckpointDocument pushing = Checkpoint(isAccepted: true, PodCheckpointConditions.Saved, PodCheckpointConditions.PodDeleted);

        Assert.IsType<MigrationStep.Wait>(Step(gone, null, pushing, s_held, Some.Now.AddDays(1)));
        Assert.Equal(PodMigrationReasons.Timeout, Reason(Step(s_announced, s_pod, Checkpoint(isAccepted: true), now: Some.Now.AddDays(1))));
        Assert.Equal(PodMigrationReasons.Timeout, Reason(Step(s_saved, null, Complete(), now: Some.Now.AddDays(1))));
    }

    [Fact]
    public void What_the_agent_cannot_do_leaves_the_pod_as_it_is()
    {
        PodCheckpointDocument failed = Failed("the kubelet says no");

        MigrationStep.GiveUp give = Assert.IsType<MigrationStep.GiveUp>(Step(s_announced, s_pod, failed));

        Assert.Equal(PodMigrationReasons.NotCheckpointed, give.Reason);
        Assert.Contains("the kubelet says no", give.Message, StringComparison.Ordinal);
        Assert.IsType<MigrationStep.Close>(Step(s_announced with { Reason = give.Reason }, s_pod, failed));
        Assert.Equal(PodMigrationReasons.EngineNotAvailable, Reason(Step(s_announced, s_pod, Checkpoint(isAccepted: false), now: Some.Now.AddMinutes(2))));
        Assert.Equal(PodMigrationReasons.NameTaken, Reason(Step(s_announced, s_pod, Complete() with { Spec = new PodCheckpointSpec { PodUid = "other" } })));
    }

    [Fact]
    public void A_checkpoint_with_which_an_agent_has_begun_is_awaited_and_another_one_withdrawn()
    {
        PodMove canceled = s_announced with { Reason = PodMigrationReasons.Canceled };
        PodCheckpointDocument unbegun = Checkpoint(isAccepted: false);

        Assert.Equal(new MigrationStep.Withdraw(unbegun), Step(canceled, s_pod, unbegun));
        Assert.IsType<MigrationStep.Wait>(Step(canceled, s_pod, Checkpoint(isAccepted: true)));
        Assert.IsType<MigrationStep.Close>(Step(canceled, s_pod));
        Assert.IsType<MigrationStep.Close>(Step(canceled with { AnnouncedTime = null }, s_pod));
    }

    [Fact]
    public void A_canceled_move_whose_pod_is_saved_and_gone_does_not_start_afresh_while_there_may_be_images()
    {
        PodMove canceled = s_announced with { Reason = PodMigrationReasons.Canceled }, saved = s_saved with { Reason = PodMigrationReasons.Canceled };
        PodCheckpointDocument pushing = Checkpoint(isAccepted: true, PodCheckpointConditions.Saved, PodCheckpointConditions.PodDeleted);

        Assert.IsType<MigrationStep.Wait>(Step(canceled, null, pushing, s_held));
        Assert.IsType<MigrationStep.NoteSaved>(Step(canceled, null, Complete(), s_held));
        Assert.Equal(new MigrationStep.Claim("old", s_held), Step(saved, null, Complete(), s_held));
        Assert.Equal(new MigrationStep.LiftGate(s_held, null), Step(canceled, null, null, s_held));
        Assert.True(canceled.AwaitsReplacement, "the pod that comes next is held back too");
    }

    [Fact]
    public void A_pod_without_a_controller_is_made_again_from_its_images()
    {
        PodMove bare = s_saved with { OwnerUid = null, Manifest = """{"metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"app:1"}]} }""" };

        MigrationStep.Recreate recreate = Assert.IsType<MigrationStep.Recreate>(Step(bare, null, Complete()));
        JsonObject pod = PodManifest.Make(recreate.Facts.Move, new ReplacementMark("uid-m", "old", "node-2"));

        Assert.Equal(Image, pod.At("spec", "containers").Maps().Single().At("image").Text());
        Assert.Equal(("web-move-1", true), (MovingPod.Of(pod).RestoredFrom, MovingPod.Of(pod).IsPinned));
        JsonObject before = PodManifest.WithoutPin(pod);
        Assert.Equal("app:1", before.At("spec", "containers").Maps().Single().At("image").Text());
        Assert.Null(MovingPod.Of(before).RestoredFrom);
    }

    [Fact]
    public void The_webhook_holds_the_replacement_back_and_crik_does_not_wrap_it()
    {
        PodMove move = s_announced with { Containers = [new MovedContainer { Name = "app", BaseImage = "app@sha256:9" }] };
        AdmissionRequest request = new("id", "team", JsonNode.Parse("""{"metadata":{},"spec":{"containers":[{"name":"app","image":"app:1","imagePullPolicy":"Never"}]} }""")!.AsObject());
        AdmissionResponse injected = AdmissionResponse.Unchanged("id", AdmissionOutcome.Injected) with
        {
            Changes = [new PodChange("/spec/containers/0/command", ChangeKind.Add, new JsonArray("crik"), "injected")],
        };
        Replacement.Held held = Assert.IsType<Replacement.Held>(Replacement.Of([("uid-m", move)], [], 1));

        JsonObject pod = JsonPatch.Apply(request.Pod, ReplacementChanges.Add(request, injected, held).Changes);

        JsonObject container = pod.At("spec", "containers").Maps().Single();
        Assert.Equal((null, "IfNotPresent", "app:1"), (container.At("command"), container.At("imagePullPolicy").Text(), container.At("image").Text()));
        Assert.Equal("app@sha256:9", pod.At("spec", "volumes").Maps().Single().At("image", "reference").Text());
        Assert.True(MovingPod.Of(pod).IsGated);
    }

    [Fact]
    public void The_gate_is_lifted_together_with_the_images_and_nothing_else_of_the_containers_changes()
    {
        JsonObject held = JsonNode.Parse("""
            {"metadata":{"annotations":{"a":"b"} },"spec":{"schedulingGates":[{"name":"crik.dev/migration"}],"containers":[{"name":"app","image":"app:1","imagePullPolicy":"IfNotPresent","env":[]},
             {"name":"beside","image":"b:1","imagePullPolicy":"Always"}]} }
            """)!.AsObject();

        JsonObject patch = PodManifest.WithoutGate(held, new ReplacementMark("uid-m", "old", "node-2"), s_saved);

        JsonObject[] containers = [.. patch.At("spec", "containers").Maps()];
        Assert.Equal((Image, "IfNotPresent"), (containers[0].At("image").Text(), containers[0].At("imagePullPolicy").Text()));
        Assert.Equal(("b:1", "Always"), (containers[1].At("image").Text(), containers[1].At("imagePullPolicy").Text()));
        Assert.NotNull(containers[0].At("env"));
        Assert.Equal("web-move-1", patch.At("metadata", "annotations", PodNames.RestoredFromAnnotation).Text());
        Assert.Contains("\"node-2\"", patch.At("spec", "affinity")!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(PodManifest.WithoutGate(held, null).At("spec", "containers"));
    }

    [Theory]
    [InlineData("containerd://2.1.9", false, true)]
    [InlineData("containerd://2.2.7", false, false)]
    [InlineData("containerd://2.2.7", true, true)]
    [InlineData("containerd://2.4.0", true, false)]
    [InlineData("containerd://1.7.24", true, false)]
    [InlineData("containerd", false, false)]
    public void Only_a_node_of_which_somebody_knows_that_it_restores_images_is_a_destination(string runtime, bool isLabelled, bool isGood)
    {
        JsonObject pod = JsonNode.Parse("""{"metadata":{},"spec":{"nodeName":"node-1","containers":[]} }""")!.AsObject();
        MigrationNode node = Some.Node("node-2");
        node = node with
        {
            Facts = node.Facts with { Runtime = runtime },
            Labels = isLabelled ? new Dictionary<string, string> { [PodMigrationNames.RestoringNodeLabel] = "true" } : node.Labels,
        };

        Place place = Destinations.Choose(pod, new MigrationDestination { Node = "node-2" }, [node], [], new CheckpointOrigin(ContainerRuntime.Parse("containerd://2.1.9"), "amd64"));

        Assert.Equal(isGood, place is Place.Found);
    }

    [Theory]
    [InlineData("""{"name":"v","emptyDir":{} }""", false)]
    [InlineData("""{"name":"v","hostPath":{"path":"/x"} }""", false)]
    [InlineData("""{"name":"v","persistentVolumeClaim":{"claimName":"x"} }""", true)]
    [InlineData("""{"name":"v","projected":{} }""", true)]
    public void A_volume_whose_files_stay_behind_is_in_the_way(string volume, bool isGood) =>
        Assert.Equal(isGood, ImageRestores.Obstacle(JsonNode.Parse($$"""{"spec":{"volumes":[{{volume}}]} }""")!.AsObject()) is null);

    [Fact]
    public void The_kubelet_moves_no_pods_under_crik_and_none_of_Jobs()
    {
        PodMove move = s_accepted with { Conditions = null, StartTime = null, Engine = null };
        MoveFacts facts = new(move, s_pod) { Engine = "kubelet", IsSeenByWebhook = true, Place = new Place.Found("node-2") };

        Assert.IsType<MigrationStep.Accept>(Step(facts));
        Assert.Equal(PodMigrationReasons.EngineNotAvailable, Reason(Step(facts with { Old = s_pod with { CrikContainers = ["app"] } })));
        Assert.Equal(PodMigrationReasons.EngineNotAvailable, Reason(Step(facts with { Old = s_pod with { Owner = new Owner("Job", "batch", "job", "owner") } })));
    }

    [Theory]
    [InlineData(null, true, "crik")]
    [InlineData("auto", false, "kubelet")]
    [InlineData("crik", false, "crik")]
    [InlineData("kubelet", true, "kubelet")]
    public void Auto_means_crik_for_pods_under_it_and_the_kubelet_for_others(string? asked, bool isUnderCrik, string engine) => Assert.Equal(
        engine, MigrationRequest.Read(new PodMigrationSpec { Pod = "web", Engine = asked }, out _)!.EngineFor(isUnderCrik ? Some.Pod() : s_pod));

    private static MigrationStep Step(
        PodMove move, MovingPod? old, PodCheckpointDocument? checkpoint = null, MovingPod? marked = null, DateTimeOffset? now = null) =>
        Step(new MoveFacts(move, old) { Checkpoint = checkpoint, Marked = marked is null ? [] : [marked] }, now);

    private static MigrationStep Step(MoveFacts facts, DateTimeOffset? now = null) => Some.Step(facts with { Engine = "kubelet", Migration = "uid-m" }, now);

    private static string? Reason(MigrationStep step) => (step as MigrationStep.GiveUp)?.Reason;

    private static PodCheckpointDocument Checkpoint(bool isAccepted, params string[] conditions) => new()
    {
        Metadata = new ObjectMetadata
        {
            Name = "web-move-1",
            Uid = "uid-c",
            CreationTimestamp = Some.Now,
            Labels = new Dictionary<string, string> { [PodMigrationNames.CheckpointLabel] = "uid-m" },
        },
        Spec = new PodCheckpointSpec { Pod = "web", PodUid = "old" },
        Status = !isAccepted ? null : new PodCheckpointStatus
        {
            Node = "node-1",
            Conditions = [.. conditions.Select(static type => new Condition { Type = type, Status = Condition.True })],
        },
    };

    private static PodCheckpointDocument Complete() => With(Checkpoint(isAccepted: true, PodCheckpointConditions.Ready), static (PodCheckpointStatus status) =>
        status with { CompletionTime = Some.Now, Containers = [new ContainerCheckpoint { Name = "app", Image = Image }] });

    private static PodCheckpointDocument Deleted() => With(Complete(), static (ObjectMetadata metadata) => metadata with { DeletionTimestamp = Some.Now });

    private static PodCheckpointDocument Failed(string why) => With(Checkpoint(isAccepted: true), (PodCheckpointStatus status) => status with
    {
        CompletionTime = Some.Now,
        Conditions = [new Condition { Type = PodCheckpointConditions.Stalled, Status = Condition.True, Message = why }],
    });

    private static PodCheckpointDocument With(PodCheckpointDocument item, Func<PodCheckpointStatus, PodCheckpointStatus> change) =>
        item with { Status = change(item.Status!) };

    private static PodCheckpointDocument With(PodCheckpointDocument item, Func<ObjectMetadata, ObjectMetadata> change) => item with { Metadata = change(item.Metadata!) };
}
