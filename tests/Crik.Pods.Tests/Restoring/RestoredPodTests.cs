using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class RestoredPodTests
{
    private const string Running = """
        {
          "metadata": {"name": "web-7f-x1", "namespace": "shop", "uid": "u", "resourceVersion": "5", "generateName": "web-7f-",
            "labels": {"app": "web", "pod-template-hash": "7f"},
            "annotations": {"team": "a", "kubectl.kubernetes.io/last-applied-configuration": "{}", "crik.dev/skipped": "x", "k8s.v1.cni.cncf.io/network-status": "[]"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-7f", "uid": "rs", "controller": true}]},
          "spec": {"nodeName": "node-1", "priority": 5, "priorityClassName": "high", "serviceAccount": "a", "serviceAccountName": "a", "hostname": "web",
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "kube-api-access-abc", "projected": {}}],
            "initContainers": [{"name": "init", "volumeMounts": [{"name": "kube-api-access-abc", "mountPath": "/t"}]}],
            "containers": [
              {"name": "app", "image": "app:1", "imagePullPolicy": "Always", "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "kube-api-access-abc", "mountPath": "/t"}]},
              {"name": "side", "image": "side:1"}]},
          "status": {"phase": "Running"}
        }
        """;

    private static readonly Dictionary<string, string> s_images = new() { ["app"] = "registry.example/c@sha256:1" };

    private static RestoreParts Parts(string checkpoint, params string[] nodes) => new(s_images, [.. nodes.Select(name => Checkpoints.Node(name))], checkpoint);

    [Fact]
    public void A_template_keeps_the_pod_without_what_belongs_to_the_old_one_only()
    {
        JsonObject template = RestoredPod.Template(Pods.Parse(Running));

        Assert.Equal(["metadata", "spec"], template.Select(pair => pair.Key));
        Assert.Equal(["name", "labels", "annotations", "ownerReferences"], template["metadata"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(["team"], template["metadata"]!["annotations"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(["priorityClassName", "serviceAccountName", "hostname", "volumes", "initContainers", "containers"], template["spec"]!.AsObject().Select(pair => pair.Key));
        Assert.DoesNotContain("kube-api-access", template.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("/data", template.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_pod_has_the_image_of_the_checkpoint_the_same_volumes_and_no_crik()
    {
        JsonObject pod = RestoredPod.Make(RestoredPod.Template(Pods.Parse(Running)), "web-restored", Parts("web-1", "node-2"));

        Assert.Equal("web-restored", (string?)pod["metadata"]!["name"]);
        Assert.Equal("""{"app":"web","crik.dev/inject":"false"}""", pod["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(["team", "crik.dev/before-restore", "crik.dev/restored-from"], pod["metadata"]!["annotations"]!.AsObject().Select(pair => pair.Key));
        Assert.Null(pod["metadata"]!["ownerReferences"]);
        Assert.Equal(("registry.example/c@sha256:1", "IfNotPresent"), ((string?)Pods.Container(pod)["image"], (string?)Pods.Container(pod)["imagePullPolicy"]));
        Assert.Equal("side:1", (string?)Pods.Container(pod, 1)["image"]);
        Assert.Equal("""[{"name":"data","mountPath":"/data"}]""", Pods.Container(pod)["volumeMounts"]!.ToJsonString());
        Assert.Equal(
            """{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-2"]}]}]}}}""",
            pod["spec"]!["affinity"]!.ToJsonString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("true")]
    public void A_checkpoint_of_a_restored_pod_keeps_the_pod_as_it_was_before_all_restores(string? inject)
    {
        JsonObject first = Pods.Parse(Running);
        first["spec"]!["affinity"] = Pods.Parse("""{"podAffinity": {}}""");
        if (inject is not null)
        {
            first["metadata"]!["labels"]!["crik.dev/inject"] = inject;
        }

        JsonObject template = RestoredPod.Template(first);
        JsonObject second = RestoredPod.Make(template, "web-2", Parts("web-1", "node-2"));
        JsonObject third = RestoredPod.Make(RestoredPod.Template(second), "web-3", Parts("web-2", "node-1"));

        JsonObject again = RestoredPod.Template(third);
        Assert.True(JsonNode.DeepEquals(template["spec"], again["spec"]), again.ToJsonString());
        Assert.Equal(inject, (string?)again["metadata"]!["labels"]!["crik.dev/inject"]);
        Assert.Equal(["team"], again["metadata"]!["annotations"]!.AsObject().Select(pair => pair.Key));
        Assert.Contains("node-1", third["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("node-2", third["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_annotation_that_nobody_can_read_changes_nothing()
    {
        JsonObject pod = Pods.Parse(Running);
        pod["metadata"]!["annotations"]!["crik.dev/before-restore"] = "{";

        Assert.True(JsonNode.DeepEquals(RestoredPod.Template(Pods.Parse(Running))["spec"], RestoredPod.Template(pod)["spec"]));
    }

    [Theory]
    [InlineData("StatefulSet", """{"app":"web"}""", true)]
    [InlineData("StatefulSet", """{"app":"web","statefulset.kubernetes.io/pod-name":"web-0"}""", true)]
    [InlineData("Job", """{"app":"web","job-name":"x","batch.kubernetes.io/controller-uid":"u"}""", true)]
    [InlineData("DaemonSet", """{"app":"web"}""", false)]
    [InlineData("ReplicaSet", """{"app":"web"}""", false)]
    [InlineData("GameServer", """{"app":"web"}""", false)]
    public void No_controller_takes_a_restored_pod_for_its_own(string kind, string labels, bool keepsLabels)
    {
        JsonObject template = Pods.Parse($$$"""{"metadata":{"labels":{{{labels}}},"ownerReferences":[{"kind":"{{{kind}}}","uid":"u","controller":true}]},"spec":{"containers":[{"name":"app"}]}}""");

        Assert.Equal(
            keepsLabels ? ["app", "crik.dev/inject"] : ["crik.dev/inject"],
            RestoredPod.Make(template, "x", Parts("c"))["metadata"]!["labels"]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public void An_injected_pod_that_is_made_again_is_not_injected_a_second_time()
    {
        PodToInject before = new(Pods.With(metadata: "\"labels\":{\"crik.dev/inject\":\"true\"}"), null, NamespaceFacts.Unknown);
        InjectionSettings settings = new("bundle:1");
        InjectionPlan.Injected plan = Assert.IsType<InjectionPlan.Injected>(Injector.Plan(before, settings, new Dictionary<string, Crik.Registry.ImageConfiguration>()));
        JsonObject template = RestoredPod.Template(JsonPatch.Apply(before.Pod, plan.Changes));

        JsonObject fresh = RestoredPod.MakeFresh(template, "web-0-restored", []);
        JsonObject restored = RestoredPod.Make(template, "web-0-restored", Parts("c"));

        Assert.Equal("true", (string?)fresh["metadata"]!["labels"]!["crik.dev/inject"]);
        Assert.All([fresh, restored], pod => Assert.IsType<InjectionPlan.AlreadyInjected>(Injector.Plan(before with { Pod = pod }, settings, new Dictionary<string, Crik.Registry.ImageConfiguration>())));
    }

    [Fact]
    public void Without_labels_each_node_gets_a_term_with_what_the_pod_asks_for_itself()
    {
        JsonObject template = Pods.Parse("""
            {"metadata":{},"spec":{"containers":[{"name":"app"}],"affinity":{"podAffinity":{},"nodeAffinity":{
              "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                {"matchExpressions":[{"key":"gpu","operator":"DoesNotExist"}],"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["c"]}]}]}}}}}
            """);

        JsonNode affinity = RestoredPod.Make(template, "x", Parts("c", "a", "b"))["spec"]!["affinity"]!;

        Assert.NotNull(affinity["podAffinity"]);
        JsonObject[] terms = [.. affinity["nodeAffinity"]!["requiredDuringSchedulingIgnoredDuringExecution"]!["nodeSelectorTerms"].Maps()];
        Assert.Equal(2, terms.Length);
        Assert.All(terms, term => Assert.Single(term["matchExpressions"]!.AsArray()));
        Assert.Equal(["NotIn c", "In a", "NotIn c", "In b"], terms.SelectMany(term => term["matchFields"].Maps()).Select(field => $"{field["operator"]} {field["values"]![0]}"));
    }

    [Fact]
    public void Several_nodes_are_named_by_their_label_in_each_term_of_the_pod()
    {
        JsonObject template = Pods.Parse("""
            {"spec":{"containers":[{"name":"app"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
              {"matchExpressions":[{"key":"gpu","operator":"Exists"}]},{"matchExpressions":[{"key":"zone","operator":"In","values":["z"]}]}]}}}}}
            """);
        NodeFacts[] nodes = [.. Enumerable.Range(1, 500).Select(number => Checkpoints.Labelled($"n{number}", ("kubernetes.io/hostname", $"host-{number}")))];

        JsonObject pod = RestoredPod.Make(template, "x", new RestoreParts(s_images, nodes, "c"));

        JsonObject[] terms = [.. Terms(pod)];
        Assert.Equal(["gpu", "zone"], terms.Select(term => (string?)term["matchExpressions"]![0]!["key"]));
        Assert.All(terms, term => Assert.Equal(nodes.Select(node => node.Hostname), term["matchExpressions"]![1]!["values"].Texts()));
        Assert.Equal(2, terms.Length);
    }

    [Fact]
    public void Nodes_with_the_same_label_are_named_by_their_names()
    {
        NodeFacts[] nodes = [Checkpoints.Labelled("a", ("kubernetes.io/hostname", "same")), Checkpoints.Labelled("b", ("kubernetes.io/hostname", "same"))];

        JsonObject pod = RestoredPod.Make(Pods.Parse("""{"spec":{"containers":[{"name":"app"}]}}"""), "x", new RestoreParts(s_images, nodes, "c"));

        Assert.Equal(["a", "b"], Terms(pod).Select(term => (string?)term["matchFields"]![0]!["values"]![0]));
    }

    [Theory]
    [InlineData("""[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-1"]}]}]""", "")]
    [InlineData("""[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-1"]}],"matchExpressions":[{"key":"gpu","operator":"Exists"}]}]""", "gpu")]
    public void The_node_to_which_a_DaemonSet_has_bound_the_old_pod_is_forgotten(string terms, string kept)
    {
        JsonObject template = Pods.Parse($$$"""
            {"spec":{"containers":[{"name":"app"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":{{{terms}}} } } } } }
            """);

        JsonObject pod = RestoredPod.Make(template, "x", Parts("c", "node-2"));

        JsonObject term = Assert.Single(Terms(pod));
        Assert.Equal("node-2", (string?)Assert.Single(term["matchFields"]!.AsArray())!["values"]![0]);
        Assert.Equal(kept, string.Join(',', term["matchExpressions"].Maps().Select(item => (string?)item["key"])));
    }

    private static IEnumerable<JsonObject> Terms(JsonObject pod) =>
        pod["spec"]!["affinity"]!["nodeAffinity"]!["requiredDuringSchedulingIgnoredDuringExecution"]!["nodeSelectorTerms"].Maps();

    [Fact]
    public void A_template_survives_its_annotation_and_one_that_is_too_large_is_not_kept()
    {
        string text = RestoredPod.TemplateText(Pods.Parse(Running))!;

        PodCheckpointDocument checkpoint = Checkpoints.Complete(saved: text);
        Assert.True(JsonNode.DeepEquals(RestoredPod.Template(Pods.Parse(Running)), SavedPod.TemplateOf(checkpoint)));
        Assert.Null(RestoredPod.TemplateText(Pods.With(spec: $"\"hostname\":\"{new string('x', RestoredPod.LongestTemplate)}\"")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"spec\":")]
    [InlineData("""{"spec":{"containers":[]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","name":"b"}]}}""")]
    public void A_kept_pod_that_somebody_has_spoilt_is_none(string text) => Assert.Null(SavedPod.TemplateOf(Checkpoints.Complete(saved: text)));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":5,"spec":[]}""")]
    [InlineData("""{"metadata":{"labels":[],"ownerReferences":{}},"spec":{"containers":[1,{"name":7}],"volumes":{"x":1},"affinity":3}}""")]
    public void Odd_pods_throw_nothing(string json) => Assert.NotNull(RestoredPod.Make(RestoredPod.Template(Pods.Parse(json)), "x", Parts("c", "a")));
}
