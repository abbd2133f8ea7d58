using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.Migrations;

public sealed class DestinationsTests
{
    private const string Pod = """
        {"spec":{"nodeName":"a","containers":[{"name":"app","resources":{"requests":{"cpu":"500m","memory":"1Gi"} } }],"nodeSelector":{} } }
        """;

    [Fact]
    public void Anywhere_means_another_node() =>
        Assert.Equal(new Place.Found("b"), Choose(Pod, new MigrationDestination(), [Some.Node("a"), Some.Node("b")]));

    [Theory]
    [InlineData("c", "There is no node c.")]
    [InlineData("a", "The pod runs on the node a already.")]
    public void A_node_that_is_named_must_exist_and_be_another_one(string node, string message) =>
        Assert.Equal(message, Refusal(Pod, new MigrationDestination { Node = node }, [Some.Node("a"), Some.Node("b")]).Message);

    [Theory]
    [InlineData("""{"unschedulable":true}""", "The node b is cordoned.")]
    [InlineData("""{"taints":[{"key":"gpu","effect":"NoSchedule"}]}""", "The pod does not tolerate the taint gpu of the node b.")]
    [InlineData("""{"taints":[{"key":"gpu","effect":"PreferNoSchedule"}]}""", null)]
    public void What_keeps_the_scheduler_away_is_a_refusal(string spec, string? message) =>
        Assert.Equal(message, (Choose(Pod, new MigrationDestination { Node = "b" }, [Some.Node("a"), Some.Node("b", spec)]) as Place.Refused)?.Message);

    [Theory]
    [InlineData(2, null)]
    [InlineData(1, "The node b may have 1 volumes of the driver ebs, and would have 2 with those of the pod.")]
    public void A_node_takes_no_more_volumes_than_its_driver_may_attach(int limit, string? message)
    {
        JsonObject driver = JsonNode.Parse($$"""{"spec":{"drivers":[{"name":"ebs","allocatable":{"count":{{limit}}} },{"name":"free"}]} }""")!.AsObject();
        JsonObject[] attached = [.. new[] { ("b", "pv-1"), ("a", "pv-2"), ("a", "pv-3") }.Select(static one => JsonNode.Parse(
            $$"""{"spec":{"attacher":"ebs","nodeName":"{{one.Item1}}","source":{"persistentVolumeName":"{{one.Item2}}"} } }""")!.AsObject())];
        MigrationNode node = Some.Node("b") with { Attachments = Attachments.Of("b", driver, attached) };
        JsonObject[] volumes = [.. new[] { ("pv-2", "ebs"), ("pv-9", "free") }.Select(static one => JsonNode.Parse(
            $$"""{"metadata":{"name":"{{one.Item1}}"},"spec":{"csi":{"driver":"{{one.Item2}}"} } }""")!.AsObject())];

        Place place = Destinations.Choose(JsonNode.Parse(Pod)!.AsObject(), new MigrationDestination { Node = "b" }, [Some.Node("a"), node], volumes);

        Assert.Equal(message, (place as Place.Refused)?.Message);
    }

    [Fact]
    public void A_processor_that_lacks_what_the_old_one_has_is_a_refusal_if_both_are_known()
    {
        MigrationNode old = Labelled(Some.Node("a"), "AVX512F", "SSE42"), lesser = Labelled(Some.Node("b"), "SSE42");

        Assert.Equal("The processor of the node b lacks AVX512F, which that of a has and the program may use.", Refusal(Pod, new MigrationDestination { Node = "b" }, [old, lesser]).Message);
        Assert.Equal(new Place.Found("b"), Choose(Pod, new MigrationDestination(), [Labelled(Some.Node("a"), "SSE42"), Labelled(Some.Node("b"), "AVX512F", "SSE42")]));
        Assert.Equal(new Place.Found("b"), Choose(Pod, new MigrationDestination(), [old, Some.Node("b")]));

        static MigrationNode Labelled(MigrationNode node, params string[] features) =>
            node with { Labels = features.ToDictionary(static one => $"feature.node.kubernetes.io/cpu-cpuid.{one}", static _ => "true") };
    }

    [Fact]
    public void A_pod_that_was_moved_can_move_back_and_keeps_what_its_user_asks_for()
    {
        JsonObject pod = JsonNode.Parse("""{"metadata":{"name":"web"},"spec":{"nodeName":"b","containers":[{"name":"app"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["a","b"]}]}]} } } } }""")!.AsObject();
        JsonObject moved = pod.DeepClone().AsObject();
        PodManifest.Pin(moved, new ReplacementMark("uid-m", "old", "b"));

        JsonObject free = PodManifest.WithoutPin(moved);

        Assert.IsType<Place.Refused>(Choose(moved.ToJsonString(), new MigrationDestination(), [Some.Node("a"), Some.Node("b"), Some.Node("c")]));
        Assert.Equal(new Place.Found("a"), Choose(free.ToJsonString(), new MigrationDestination(), [Some.Node("a"), Some.Node("b"), Some.Node("c")]));
        Assert.IsType<Place.Refused>(Choose(free.ToJsonString(), new MigrationDestination { Node = "c" }, [Some.Node("a"), Some.Node("b"), Some.Node("c")]));
        Assert.DoesNotContain("uid-m", PodManifest.Of(free), StringComparison.Ordinal);
    }

    [Fact]
    public void A_toleration_lets_a_pod_onto_a_tainted_node()
    {
        string pod = """{"spec":{"nodeName":"a","tolerations":[{"operator":"Exists","key":"gpu"}]} }""";

        Assert.IsType<Place.Found>(Choose(pod, new MigrationDestination(), [Some.Node("a"), Some.Node("b", """{"taints":[{"key":"gpu","effect":"NoExecute"}]}""")]));
    }

    [Fact]
    public void A_node_without_room_is_refused()
    {
        JsonObject other = JsonNode.Parse("""{"spec":{"nodeName":"b","containers":[{"resources":{"requests":{"memory":"3.5Gi"} } }]} }""")!.AsObject();
        JsonObject node = JsonNode.Parse("""
            {"metadata":{"name":"b"},"status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"2","memory":"4Gi","pods":"10"} } }
            """)!.AsObject();

        Assert.Equal(
            "The node b has not enough memory left for what the pod requests.",
            Refusal(Pod, new MigrationDestination { Node = "b" }, [MigrationNode.Of(node, [other], [])]).Message);
    }

    [Fact]
    public void A_volume_that_is_bound_to_its_node_cannot_follow()
    {
        JsonObject volume = JsonNode.Parse("""
            {"metadata":{"name":"pv-1"},"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[
             {"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["a"]}]}]} } } }
            """)!.AsObject();

        Place.Refused refused = Assert.IsType<Place.Refused>(
            Destinations.Choose(JsonNode.Parse(Pod)!.AsObject(), new MigrationDestination { Node = "b" }, [Some.Node("a"), Some.Node("b")], [volume]));

        Assert.Equal((PodMigrationReasons.VolumeCannotFollow, "The volume pv-1 cannot be used on the node b."), (refused.Reason, refused.Message));
    }

    [Theory]
    [InlineData("""{"name":"data","emptyDir":{} }""", false)]
    [InlineData("""{"name":"data","hostPath":{"path":"/x"} }""", false)]
    [InlineData("""{"name":"other","emptyDir":{} }""", true)] // a volume that this pod does not name cannot be judged
    [InlineData("""{"name":"data","persistentVolumeClaim":{"claimName":"c"} }""", true)]
    public void Checkpoints_have_to_be_on_a_volume_that_outlives_the_pod(string volume, bool isClaim)
    {
        JsonObject pod = JsonNode.Parse($$"""
            {"spec":{"containers":[{"name":"app","volumeMounts":[{"name":"data","mountPath":"/checkpoints"}]}],"volumes":[{{volume}}]} }
            """)!.AsObject();
        bool isNamed = volume.Contains("\"data\"", StringComparison.Ordinal);

        Assert.Equal(isClaim && isNamed, CheckpointVolume.Obstacle(pod, "app", "/checkpoints/web") is null);
    }

    [Theory]
    [InlineData("500m", 0.5)]
    [InlineData("1.5Gi", 1.5 * (1 << 30))]
    [InlineData("2e3", 2000.0)]
    [InlineData("much", null)]
    public void Quantities_are_read_as_Kubernetes_does(string text, double? amount) => Assert.Equal(amount, Quantity.Read(text));

    private static Place Choose(string pod, MigrationDestination to, MigrationNode[] nodes) => Destinations.Choose(JsonNode.Parse(pod)!.AsObject(), to, nodes, []);

    private static Place.Refused Refusal(string pod, MigrationDestination to, MigrationNode[] nodes) => Assert.IsType<Place.Refused>(Choose(pod, to, nodes));
}
