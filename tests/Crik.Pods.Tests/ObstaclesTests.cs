using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

public sealed class ObstaclesTests
{
    private static readonly NodeFacts s_node = new("n1", "6.1.0-18-amd64", "amd64", "containerd://2.1.1");

    [Fact]
    public void An_injected_pod_of_a_StatefulSet_has_no_problem()
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "StatefulSet", "web"));

        IReadOnlyList<Obstacle> found = Find(pod, new PodController("StatefulSet", "web"), Volume());

        Assert.DoesNotContain(found, obstacle => obstacle.Severity > Severity.Note);
    }

    [Fact]
    public void A_bare_pod_lacks_what_injection_brings()
    {
        IReadOnlyList<Obstacle> found = Obstacles.Find(new PodSurroundings(Pods.Bare(Pods.With()), [], null));

        Assert.All(["CHECKPOINT_RESTORE and SYS_PTRACE", "crik does not start", "No volume is mounted", "No controller", "30 s to end", "seccompDefault"],
            text => Assert.Contains(found, obstacle => obstacle.Sentence.Contains(text, StringComparison.Ordinal)));
        Assert.True(found.Select(obstacle => obstacle.Severity).SequenceEqual(found.Select(obstacle => obstacle.Severity).OrderDescending()), "the worst comes first");
    }

    [Theory]
    [InlineData("securityContext", """{"capabilities":{"add":["CAP_SYS_PTRACE"]},"seccompProfile":{"type":"Unconfined"}}""", Severity.Problem, "lacks the capabilities CHECKPOINT_RESTORE,")]
    [InlineData("securityContext", """{"capabilities":{"add":["ALL"],"drop":["SYS_PTRACE"]},"seccompProfile":{"type":"Unconfined"}}""", Severity.Problem, "drops SYS_PTRACE")]
    [InlineData("securityContext", """{"capabilities":{"add":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}}""", Severity.Problem, "RuntimeDefault")]
    [InlineData("securityContext", """{"privileged":true}""", Severity.Note, "privileged")]
    [InlineData("securityContext", """{"runAsUser":1000,"allowPrivilegeEscalation":false}""", Severity.Problem, "allowPrivilegeEscalation: false forbids")]
    [InlineData("securityContext", """{"runAsNonRoot":true}""", Severity.Note, "does not run as root")]
    [InlineData("securityContext", """{"readOnlyRootFilesystem":true}""", Severity.Note, "read-only")]
    [InlineData("resources", """{"limits":{"nvidia.com/gpu":1,"cpu":1}}""", Severity.Problem, "nvidia.com/gpu")]
    [InlineData("resources", """{"claims":[{"name":"gpu"}]}""", Severity.Problem, "device claim gpu")]
    [InlineData("volumeDevices", """[{"devicePath":"/dev/xvda","name":"d"}]""", Severity.Problem, "/dev/xvda")]
    [InlineData("lifecycle", """{"preStop":{"sleep":{"seconds":5}}}""", Severity.Warning, "preStop")]
    [InlineData("livenessProbe", """{"periodSeconds":5}""", Severity.Problem, "gives up after 15 s")]
    [InlineData("livenessProbe", """{"periodSeconds":60}""", Severity.Warning, "gives up after 180 s")]
    [InlineData("volumeMounts", "[]", Severity.Problem, "No volume is mounted")]
    [InlineData("env", """[{"name":"CRIK_GRACE_PERIOD","value":"5m"}]""", Severity.Problem, "is told 5m")]
    [InlineData("env", """[{"name":"CRIK_GRACE_PERIOD","value":"60s"}]""", Severity.Warning, "is told 60s")]
    [InlineData("command", """["app"]""", Severity.Problem, "crik does not start its program")]
    public void What_is_in_the_way_in_a_container_is_said_with_its_weight(string field, string value, Severity severity, string text)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "StatefulSet", "web"));
        Pods.Container(pod)[field] = JsonNode.Parse(value);

        AssertSays(Find(pod, new PodController("StatefulSet", "web"), Volume()), severity, text);
    }

    [Theory]
    [InlineData("hostNetwork", "true", Severity.Warning, "network of its node")]
    [InlineData("hostIPC", "true", Severity.Problem, "shared memory of the node")]
    [InlineData("hostPID", "true", Severity.Problem, "HostPid")]
    [InlineData("shareProcessNamespace", "true", Severity.Problem, "SharedProcessNamespace")]
    [InlineData("hostUsers", "false", Severity.Note, "user namespace")]
    [InlineData("terminationGracePeriodSeconds", "5", Severity.Problem, "5 s to end")]
    [InlineData("securityContext", """{"seccompProfile":{"type":"Localhost"}}""", null, "Localhost")]
    public void What_is_in_the_way_in_the_pod_is_said_with_its_weight(string field, string value, Severity? severity, string text)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "StatefulSet", "web"));
        pod["spec"]![field] = JsonNode.Parse(value);

        IReadOnlyList<Obstacle> found = Find(pod, new PodController("StatefulSet", "web"), Volume());

        if (severity is { } expected)
        {
            AssertSays(found, expected, text);
        }
        else
        {
            Assert.DoesNotContain(found, obstacle => obstacle.Sentence.Contains(text, StringComparison.Ordinal)); // the container's own profile wins
        }
    }

    [Theory]
    [InlineData("""{"emptyDir":{}}""", "ends with the pod")]
    [InlineData("""{"ephemeral":{}}""", "ends with the pod")]
    [InlineData("""{"hostPath":{"path":"/x"}}""", "directory of the node")]
    [InlineData("""{"configMap":{"name":"x"}}""", "Nothing can be written")]
    public void A_volume_that_does_not_outlive_the_pod_is_a_problem(string source, string text)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "StatefulSet", "web"));
        JsonObject volume = Pods.Parse(source);
        volume["name"] = "checkpoints";
        pod["spec"]!["volumes"]![0] = volume;

        AssertSays(Find(pod, new PodController("StatefulSet", "web"), Volume()), Severity.Problem, text);
    }

    [Fact]
    public void The_volume_is_judged_by_its_access_mode_zone_and_node()
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "Deployment", "web"));
        PodController deployment = new("Deployment", "web", 3);
        VolumeFacts facts = new("checkpoints-web", ["ReadWriteOnce"], [], []);

        AssertSays(Find(pod, deployment, facts), Severity.Problem, "3 pods share it");
        AssertSays(Find(pod, deployment, facts with { Zones = ["zone-a"] }), Severity.Warning, "only in zone-a");
        AssertSays(Find(pod, deployment, facts with { Nodes = ["n1"] }), Severity.Problem, "only on n1");
        AssertSays(Find(pod, deployment, facts with { AccessModes = ["ReadOnlyMany"] }), Severity.Problem, "ReadOnlyMany");
        Assert.DoesNotContain(Find(pod, deployment, facts with { AccessModes = ["ReadWriteMany"] }), obstacle => obstacle.Subject is "claim checkpoints-web");
    }

    [Theory]
    [InlineData(3, null, null, null)]
    [InlineData(3, "2", Severity.Problem, "3 pods share 2 slots")]
    [InlineData(3, "", Severity.Warning, "3 pods share the image directory /checkpoints")]
    [InlineData(1, "", null, null)]
    public void Pods_that_share_an_image_directory_need_enough_slots(int replicas, string? slots, Severity? severity, string? text)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "Deployment", "web", 3));
        JsonArray variables = Pods.Container(pod)["env"]!.AsArray();
        JsonNode variable = variables.Single(item => (string?)item!["name"] == "CRIK_IMAGE_DIR_SLOTS")!;
        if (slots is { Length: > 0 })
        {
            variable["value"] = slots;
        }
        else if (slots is not null)
        {
            variables.Remove(variable);
        }

        IReadOnlyList<Obstacle> found = Find(pod, new PodController("Deployment", "web", replicas), new VolumeFacts("checkpoints-web", ["ReadWriteMany"], [], []));

        if (severity is { } expected)
        {
            AssertSays(found, expected, text!);
        }
        else
        {
            Assert.DoesNotContain(found, obstacle => obstacle.Sentence.Contains("pods share", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(null, 1, true)]
    [InlineData("RollingUpdate", null, true)]
    [InlineData("Recreate", 1, false)]
    [InlineData(null, 3, false)]
    public void A_single_replica_on_one_volume_needs_the_strategy_Recreate(string? strategy, int? replicas, bool isProblem)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "Deployment", "web"));

        IReadOnlyList<Obstacle> found = Find(pod, new PodController("Deployment", "web", replicas) { Strategy = strategy }, new VolumeFacts("checkpoints-web", ["ReadWriteOnce"], [], []));

        Assert.Equal(isProblem, found.Any(obstacle => obstacle.Sentence.Contains("RollingUpdate", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("5.8.0", "amd64", "containerd://2", Severity.Problem, "5.8.0")]
    [InlineData("6.1.0", "arm64", "containerd://2", Severity.Problem, "arm64")]
    [InlineData("6.1.0", "amd64", "kata://3", Severity.Warning, "kata")]
    public void The_node_is_judged_by_its_kernel_machine_and_runtime(string kernel, string architecture, string runtime, Severity severity, string text) => AssertSays(
        Obstacles.Find(new PodSurroundings(Pods.Bare(Pods.With()), [], new NodeFacts("n1", kernel, architecture, runtime))), severity, text);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"spec":{"containers":[null]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","resources":5,"livenessProbe":[],"lifecycle":"x","volumeDevices":[1]}],"volumes":[{"name":"v"}],"hostUsers":"no","os":7}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","livenessProbe":{"periodSeconds":"x","failureThreshold":9223372036854775807}}],"terminationGracePeriodSeconds":-1}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","env":[{"name":"CRIK_IMAGE_DIR","value":""}],"volumeMounts":[{"name":"v","mountPath":""}]}]}}""")]
    public void Odd_pods_throw_nothing(string json) => Assert.NotEmpty(Obstacles.Find(new PodSurroundings(Pods.Bare(Pods.Parse(json)), [], new NodeFacts("n", "odd", ""))));

    [Theory]
    [InlineData("[\"crik\"]", "[\"run\",\"--\",\"app\"]")]
    [InlineData("[\"/opt/crik/bin/crik\",\"--debug\",\"run\",\"--\",\"app\"]", "[]")]
    public void A_program_that_crik_starts_is_no_obstacle_however_that_is_written(string command, string arguments)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.With(), "StatefulSet", "web"));
        Pods.Container(pod)["command"] = JsonNode.Parse(command);
        Pods.Container(pod)["args"] = JsonNode.Parse(arguments);

        Assert.DoesNotContain(Find(pod, new PodController("StatefulSet", "web"), Volume()), obstacle => obstacle.Severity is Severity.Problem);
    }

    private static VolumeFacts Volume() => new("checkpoints-web-0", ["ReadWriteOnce"], [], []);

    private static IReadOnlyList<Obstacle> Find(JsonObject pod, PodController controller, VolumeFacts volume) =>
        Obstacles.Find(new PodSurroundings(new PodToInject(pod, controller, NamespaceFacts.Unknown), [volume], s_node));

    private static void AssertSays(IReadOnlyList<Obstacle> found, Severity severity, string text) =>
        Assert.Contains(found, obstacle => obstacle.Severity == severity && obstacle.Sentence.Contains(text, StringComparison.Ordinal));
}
