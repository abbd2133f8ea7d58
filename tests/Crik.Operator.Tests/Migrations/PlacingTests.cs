using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Tests.Migrations;

/// <summary>What keeps a pod where it is, beside the nodes themselves.</summary>
public sealed class PlacingTests
{
    private const string Ignore = """{"rules":[{"action":"Ignore","onExitCodes":{"containerName":"app","operator":"In","values":[123,143]} }]}""";

    [Theory]
    [InlineData("""{"backoffLimit":6}""", """{"failed":5}""", false)]
    [InlineData("""{"backoffLimit":6}""", """{"failed":6}""", true)]
    [InlineData("""{"backoffLimit":6}""", """{"failed":5,"uncountedTerminatedPods":{"failed":["a"]} }""", true)]
    [InlineData("""{"backoffLimit":0}""", "{}", true)]
    [InlineData("""{"backoffLimit":2147483647,"backoffLimitPerIndex":1}""", "{}", true)]
    [InlineData("""{"backoffLimit":2147483647,"backoffLimitPerIndex":2}""", "{}", false)]
    [InlineData($$"""{"backoffLimit":0,"podFailurePolicy":{{Ignore}} }""", "{}", false)]
    [InlineData("""{"backoffLimit":0,"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]} }""", "{}", true)]
    [InlineData("""{"backoffLimit":9,"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"operator":"NotIn","values":[1]} }]} }""", "{}", true)]
    public void A_Job_that_would_fail_keeps_its_pod(string spec, string status, bool isRefused)
    {
        JsonObject job = Object($$"""{"metadata":{"name":"j"},"spec":{{spec}},"status":{{status}} }""");
        JsonObject pod = Object("""{"metadata":{"annotations":{"batch.kubernetes.io/job-index-failure-count":"1"} },"spec":{"containers":[{"name":"app"}]} }""");

        Assert.Equal(isRefused ? PodMigrationReasons.BackoffLimit : null, JobFailures.Obstacle(job, pod, ["app"])?.Reason);
    }

    [Fact]
    public void The_exit_code_that_the_pod_chose_for_checkpoints_is_the_one_that_counts()
    {
        JsonObject job = Object($$"""{"metadata":{"name":"j"},"spec":{"backoffLimit":0,"podFailurePolicy":{{Ignore}} } }""");
        JsonObject pod = Object("""{"spec":{"containers":[{"name":"app","env":[{"name":"CRIK_CHECKPOINT_EXIT_CODE","value":"85"}]}]} }""");

        Assert.NotNull(JobFailures.Obstacle(job, pod, ["app"]));
    }

    [Theory]
    [InlineData("""{"backoffLimit":6}""", true)]
    [InlineData("""{"backoffLimit":0}""", false)]
    [InlineData("""{"backoffLimit":6,"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"operator":"In","values":[64]} }]} }""", false)]
    public void A_Job_may_lose_a_pod_with_any_exit_code_if_it_counts_on(string spec, bool isFine) =>
        Assert.Equal(isFine, JobFailures.MayLose(Object($$"""{"metadata":{"name":"j"},"spec":{{spec}} }"""), Object("""{"spec":{"containers":[{"name":"app"}]} }""")));

    [Theory]
    [InlineData("ReadWriteOnce", "a", "Running", true)]
    [InlineData("ReadWriteOnce", "b", "Running", false)]
    [InlineData("ReadWriteOnce", "a", "Succeeded", false)]
    [InlineData("ReadWriteMany", "a", "Running", false)]
    public void A_volume_that_another_pod_of_the_node_uses_cannot_follow(string mode, string node, string phase, bool isRefused)
    {
        JsonObject claim = Object($$"""{"metadata":{"name":"data"},"spec":{"accessModes":["{{mode}}"]} }""");

        Place.Refused? refused = SharedClaims.Obstacle(PodWithClaim("web", "a", "Running"), [claim], [PodWithClaim("web", "a", "Running"), PodWithClaim("reader", node, phase)]);

        Assert.Equal(isRefused ? PodMigrationReasons.VolumeInUse : null, refused?.Reason);
        Assert.Equal(isRefused, refused?.Message.Contains("The pod reader", StringComparison.Ordinal) is true);
    }

    [Fact]
    public void Pods_on_their_way_take_their_room_before_they_are_there()
    {
        JsonObject source = Object("""{"metadata":{"uid":"old"},"spec":{"nodeName":"a","containers":[{"resources":{"requests":{"cpu":"1500m"} } }]} }""");
        PodMigrationDocument migration = Some.Migration(null, Some.Move() with { Destination = "b" });

        Assert.Same(source, Assert.Single(ComingPods.Of([migration], [source])["b"]));
        Assert.Empty(ComingPods.Of([migration], [source])["a"]);

        JsonObject replacement = Object("""{"metadata":{"uid":"new","annotations":{"crik.dev/migration-replaces":"old"} },"spec":{"nodeName":"b"} }""");
        Assert.Empty(ComingPods.Of([migration], [source, replacement])["b"]);

        PodMove bare = Some.Move() with { OwnerUid = null, Manifest = """{"spec":{"containers":[]} }""" };
        Assert.Single(ComingPods.Of([Some.Migration(null, bare)], [])["node-2"]);
        Assert.Empty(ComingPods.Of([Some.Migration(null, bare with { Reason = PodMigrationReasons.Timeout })], [])["node-2"]);
    }

    [Theory]
    [InlineData("""{"hostPort":80}""", """{"hostPort":80}""", true)]
    [InlineData("""{"hostPort":80}""", """{"hostPort":80,"protocol":"UDP"}""", false)]
    [InlineData("""{"hostPort":80,"hostIP":"10.0.0.1"}""", """{"hostPort":80,"hostIP":"10.0.0.2"}""", false)]
    [InlineData("""{"hostPort":80,"hostIP":"10.0.0.1"}""", """{"hostPort":80,"hostIP":"0.0.0.0"}""", true)]
    [InlineData("""{"containerPort":80}""", """{"hostPort":80}""", false)]
    public void A_port_of_the_node_that_is_taken_is_a_refusal(string port, string taken, bool isRefused)
    {
        JsonObject pod = Object($$"""{"spec":{"nodeName":"a","containers":[{"ports":[{{port}}]}]} }"""), other = Object($$"""{"spec":{"nodeName":"b","containers":[{"ports":[{{taken}}]}]} }""");
        JsonObject node = Object("""{"metadata":{"name":"b"},"status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"pods":"10"} } }""");

        Place place = Destinations.Choose(pod, new MigrationDestination { Node = "b" }, [MigrationNode.Of(node, [other], [])], []);

        Assert.Equal(isRefused ? "The port 80 of the node b is taken." : null, (place as Place.Refused)?.Message);
    }

    [Fact]
    public void A_node_whose_room_was_given_to_a_pod_on_its_way_has_none()
    {
        JsonObject coming = Object("""{"spec":{"nodeName":"a","containers":[{"resources":{"requests":{"cpu":"1500m"} } }]} }""");
        JsonObject node = Object("""{"metadata":{"name":"b"},"status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"pods":"10","cpu":"2"} } }""");

        Place place = Destinations.Choose(coming, new MigrationDestination { Node = "b" }, [MigrationNode.Of(node, [], [coming])], []);

        Assert.Contains("has not enough cpu left", (place as Place.Refused)?.Message, StringComparison.Ordinal);
    }

    private static JsonObject PodWithClaim(string name, string node, string phase) => Object($$"""
        {"metadata":{"name":"{{name}}","namespace":"team","uid":"{{name}}"},"status":{"phase":"{{phase}}"},
         "spec":{"nodeName":"{{node}}","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"} }]} }
        """);

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();
}
