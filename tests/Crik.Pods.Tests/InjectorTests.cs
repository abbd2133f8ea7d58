using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

public sealed class InjectorTests
{
    [Fact]
    public void A_bare_pod_gets_everything_that_crik_needs()
    {
        JsonObject injected = Pods.Injected(Pods.Bare(Pods.With()), settings: Pods.Settings with { NodeStateServer = new Uri("http://server:9376") });
        injected["metadata"]!["annotations"]!.AsObject().Remove(PodNames.InjectedAnnotation);

        JsonObject expected = Pods.Parse("""
            {"metadata": {"name": "web-0", "annotations": {}}, "spec": {
              "terminationGracePeriodSeconds": 120,
              "containers": [{
                "name": "app", "image": "nginx", "command": ["/opt/crik/bin/crik", "run", "--", "app"],
                "env": [
                  {"name": "CRIK_IMAGE_DIR", "value": "/checkpoints"},
                  {"name": "CRIK_GRACE_PERIOD", "value": "120s"},
                  {"name": "KUBERNETES_NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                  {"name": "CRIK_NODE_STATE_SERVER_URL", "value": "http://server:9376"}],
                "securityContext": {"capabilities": {"add": ["CHECKPOINT_RESTORE", "SYS_PTRACE"]}, "seccompProfile": {"type": "Unconfined"}},
                "volumeMounts": [
                  {"name": "checkpoints", "mountPath": "/checkpoints"},
                  {"name": "crik-bundle", "mountPath": "/opt/crik", "readOnly": true}]}],
              "volumes": [
                {"name": "checkpoints", "persistentVolumeClaim": {"claimName": "checkpoints-web-0"}},
                {"name": "crik-bundle", "image": {"reference": "registry.example/crik:1", "pullPolicy": "IfNotPresent"}}]}}
            """);
        Assert.True(JsonNode.DeepEquals(expected, injected), injected.ToJsonString());
    }

    [Theory]
    [InlineData("\"runAsUser\":1000", true)]
    [InlineData("\"runAsNonRoot\":true", true)]
    [InlineData("\"runAsUser\":0,\"runAsNonRoot\":false", false)]
    [InlineData("\"fsGroup\":1000", false)]
    public void The_init_container_runs_as_root_also_in_a_pod_that_names_another_user(string context, bool isTold)
    {
        JsonObject pod = Pods.With(spec: $"\"securityContext\":{{{context}}}");
        JsonObject injected = Pods.Injected(Pods.Bare(pod), settings: Pods.Settings with { Mode = BundleMode.InitContainer });

        Assert.Equal(isTold ? """{"runAsUser":0,"runAsNonRoot":false}""" : null, injected["spec"]!["initContainers"]![0]!["securityContext"]?.ToJsonString());
        Assert.True(JsonNode.DeepEquals(pod, JsonPatch.Apply(injected, Uninjector.Plan(injected))));
    }

    [Fact]
    public void On_an_older_cluster_an_init_container_brings_the_bundle()
    {
        JsonObject injected = Pods.Injected(Pods.Bare(Pods.With()), settings: Pods.Settings with { Mode = BundleMode.InitContainer });

        JsonNode init = injected["spec"]!["initContainers"]![0]!;
        Assert.Equal("""["/opt/crik/bin/crik","install","/crik-bundle"]""", init["command"]!.ToJsonString());
        Assert.Equal("""[{"name":"crik-bundle","mountPath":"/crik-bundle"}]""", init["volumeMounts"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(init["resources"]!["requests"], init["resources"]!["limits"]), "the pod would no longer be Guaranteed");
        Assert.NotNull(injected["spec"]!["volumes"]![1]!["emptyDir"]);
    }

    /// <summary>The root of a new file system belongs to root, and crik would end because it cannot write there.</summary>
    [Theory]
    [InlineData("\"securityContext\":{\"runAsUser\":1000}", "", null, true)]
    [InlineData("", "\"securityContext\":{\"runAsNonRoot\":true}", null, true)]
    [InlineData("", "", "nginx", true)]
    [InlineData("", "", "101:101", true)]
    [InlineData("", "\"volumes\":[{\"name\":\"tmp\",\"emptyDir\":{}},{\"name\":\"token\",\"projected\":{\"sources\":[{\"serviceAccountToken\":{}}]}}]", "101", true)]
    [InlineData("", "", null, false)]
    [InlineData("", "", "0:5", false)]
    [InlineData("\"securityContext\":{\"runAsUser\":0}", "", "nginx", false)]
    [InlineData("", "\"securityContext\":{\"fsGroup\":5}", "nginx", false)]
    [InlineData("", "\"volumes\":[{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":\"d\"}}]", "nginx", false)]
    [InlineData("", "\"volumes\":[{\"name\":\"key\",\"secret\":{\"secretName\":\"s\"}}]", "nginx", false)]
    public void A_program_that_does_not_run_as_root_may_write_into_a_new_claim(string container, string spec, string? user, bool getsGroup)
    {
        JsonObject pod = Pods.With(container, spec);
        JsonObject injected = Pods.Injected(Pods.Bare(pod), Pods.Image(["e"], []) with { User = user });

        JsonNode? context = injected["spec"]!["securityContext"];
        Assert.Equal(getsGroup ? (65532, "OnRootMismatch") : ((int?)pod["spec"]!["securityContext"]?["fsGroup"], null), ((int?)context?["fsGroup"], (string?)context?["fsGroupChangePolicy"]));
        Assert.True(JsonNode.DeepEquals(pod, JsonPatch.Apply(injected, Uninjector.Plan(injected))));
    }

    [Fact]
    public void A_claim_that_exists_keeps_its_group()
    {
        JsonObject injected = Pods.Injected(Pods.Bare(Pods.Annotated("crik.dev/claim", "mine", "\"command\":[\"app\"],\"securityContext\":{\"runAsUser\":1000}")));

        Assert.Null(injected["spec"]!["securityContext"]);
    }

    [Fact]
    public void What_the_pod_has_already_is_kept()
    {
        const string container = """
            "command": ["app"],
            "env": [{"name": "CRIK_GRACE_PERIOD", "value": "5s"}, {"name": "CRIK_IMAGE_DIR", "value": "/data/ck"}],
            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "SYS_PTRACE"]}, "runAsUser": 5}
            """;
        InjectionPlan.Injected plan = Pods.Inject(Pods.Bare(Pods.With(container, "\"terminationGracePeriodSeconds\":600")));
        JsonObject pod = JsonPatch.Apply(Pods.With(container, "\"terminationGracePeriodSeconds\":600"), plan.Changes);
        JsonNode app = Pods.Container(pod);

        Assert.Null(plan.Claim);
        Assert.Equal(("5s", "/data/ck"), (Pods.Variable(app, "CRIK_GRACE_PERIOD"), Pods.Variable(app, "CRIK_IMAGE_DIR")));
        Assert.Equal(["NET_BIND_SERVICE", "SYS_PTRACE", "CHECKPOINT_RESTORE"], app["securityContext"]!["capabilities"]!["add"]!.AsArray().Select(name => (string?)name));
        Assert.Equal("""["ALL"]""", app["securityContext"]!["capabilities"]!["drop"]!.ToJsonString());
        Assert.Equal(600L, (long?)pod["spec"]!["terminationGracePeriodSeconds"]);
        Assert.Equal(["crik-bundle"], pod["spec"]!["volumes"]!.AsArray().Select(volume => (string?)volume!["name"]));
    }

    [Fact]
    public void The_volume_is_mounted_where_the_pod_wants_its_checkpoints()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With("""
            "command":["app"],"env":[{"name":"CRIK_IMAGE_DIR","value":"/state"}]
            """)));

        Assert.Contains(Pods.Container(pod)["volumeMounts"]!.AsArray(), mount => (string?)mount!["mountPath"] is "/state" && (string?)mount["name"] is "checkpoints");
    }

    [Fact]
    public void A_privileged_container_gets_no_capabilities()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With("""
            "command":["app"],"securityContext":{"privileged":true}
            """)));

        Assert.Equal("""{"privileged":true}""", Pods.Container(pod)["securityContext"]!.ToJsonString());
    }

    [Theory]
    [InlineData(null, 120)]
    [InlineData(30, 120)]
    [InlineData(5, 120)]
    [InlineData(31, 31)]
    public void The_grace_period_is_the_pods_own_if_it_is_more_than_usual(int? own, int expected)
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With(spec: own is null ? "" : $"\"terminationGracePeriodSeconds\":{own}")));

        Assert.Equal(expected, (long?)pod["spec"]!["terminationGracePeriodSeconds"]);
        Assert.Equal($"{expected}s", Pods.Variable(Pods.Container(pod), "CRIK_GRACE_PERIOD"));
    }

    [Theory]
    [InlineData("*", "first,second,third")]
    [InlineData("third, first", "first,third")]
    [InlineData(null, "second")]
    public void Annotations_choose_containers_and_each_of_several_gets_a_directory_of_its_own(string? value, string expected)
    {
        JsonObject pod = Pods.Parse("""
            {"metadata":{"name":"p","annotations":{"kubectl.kubernetes.io/default-container":"second"}},
             "spec":{"containers":[{"name":"first","command":["a"]},{"name":"second","command":["b"]},{"name":"third","command":["c"]}]}}
            """);
        if (value is not null)
        {
            pod["metadata"]!["annotations"]!["crik.dev/containers"] = value;
        }

        JsonObject injected = Pods.Injected(Pods.Bare(pod));

        JsonNode?[] wrapped = [.. injected["spec"]!["containers"]!.AsArray().Where(container => container!["env"] is not null)];
        Assert.Equal(expected.Split(','), wrapped.Select(container => (string?)container!["name"]));
        Assert.All(wrapped, container => Assert.Equal(
            wrapped.Length == 1 ? "/checkpoints" : $"/checkpoints/{container!["name"]}", Pods.Variable(container!, "CRIK_IMAGE_DIR")));
    }

    [Fact]
    public void An_injected_pod_is_not_injected_again()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With()));

        Assert.IsType<InjectionPlan.AlreadyInjected>(Pods.Plan(Pods.Bare(pod)));
        Assert.Empty(Injector.ContainersWhoseImageIsNeeded(Pods.Bare(pod)));
    }

    [Theory]
    [InlineData("true", null, true)]
    [InlineData(null, "true", true)]
    [InlineData("false", "true", false)]
    [InlineData("true", "false", true)]
    [InlineData(null, null, false)]
    [InlineData(null, "yes", false)]
    public void The_label_of_the_pod_wins_over_that_of_the_namespace(string? ofPod, string? ofNamespace, bool expected)
    {
        JsonObject pod = Pods.With(metadata: ofPod is null ? "" : $$"""
            "labels":{"crik.dev/inject":"{{ofPod}}"}
            """);
        NamespaceFacts space = new("default", ofNamespace is null ? [] : new Dictionary<string, string> { [PodNames.InjectLabel] = ofNamespace });

        Assert.Equal(expected, Injector.IsAskedFor(pod, space));
    }

    [Fact]
    public void Every_change_has_a_reason_that_is_a_sentence() => Assert.All(
        Pods.Inject(Pods.Bare(Pods.With("")), Pods.Image(["e"], ["c"]), Pods.Settings with { Mode = BundleMode.InitContainer }).Changes,
        change => Assert.Matches(@"^[A-Za-z].{15,}\.$", change.Reason));
}
