using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

public sealed class UninjectorTests
{
    /// <summary>500 pods a seed, with and without every field that injection touches, also empty and null.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_injection_did_is_undone_completely(int seed)
    {
        GeneratedPods pods = new(seed);
        int injectedPods = 0;
        for (int i = 0; i < 500; i++)
        {
            PodToInject pod = pods.Next();
            string before = pod.Pod.ToJsonString();
            if (Pods.Plan(pod, Pods.Image(["e"], ["c", "$d"]), pods.Settings()) is not InjectionPlan.Injected plan)
            {
                continue;
            }

            JsonObject injected = Reread(JsonPatch.Apply(pod.Pod, plan.Changes));
            JsonObject back = JsonPatch.Apply(injected, Uninjector.Plan(injected));

            Assert.Equal(before, pod.Pod.ToJsonString());
            Assert.IsType<InjectionPlan.AlreadyInjected>(Pods.Plan(pod with { Pod = injected }));
            Assert.True(JsonNode.DeepEquals(pod.Pod, back), $"before {before}\nafter {back.ToJsonString()}");
            injectedPods++;
        }

        Assert.InRange(injectedPods, 250, 500);
    }

    [Fact]
    public void What_people_changed_after_the_injection_stays()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With()));
        JsonNode app = Pods.Container(pod);
        pod["spec"]!["containers"]!.AsArray().Insert(0, new JsonObject { ["name"] = "sidecar" });
        pod["spec"]!["terminationGracePeriodSeconds"] = 600;
        app["command"]!.AsArray().Add("--new-flag");
        app["env"]!.AsArray().Insert(0, new JsonObject { ["name"] = "NEW", ["value"] = "1" });
        app["securityContext"]!["runAsUser"] = 5;
        app["securityContext"]!["capabilities"]!["add"]!.AsArray().Add("KILL");

        JsonObject back = JsonPatch.Apply(pod, Uninjector.Plan(pod));

        Assert.True(JsonNode.DeepEquals(Pods.Parse("""
            {"metadata": {"name": "web-0"}, "spec": {"terminationGracePeriodSeconds": 600, "containers": [
              {"name": "sidecar"},
              {"name": "app", "image": "nginx", "command": ["app", "--new-flag"], "env": [{"name": "NEW", "value": "1"}],
               "securityContext": {"runAsUser": 5, "capabilities": {"add": ["KILL"]}}}]}}
            """), back), back.ToJsonString());
    }

    [Fact]
    public void What_is_removed_as_a_whole_is_one_change()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With()));

        Assert.Equal(
            ["/metadata/annotations", "/spec/containers/0/command", "/spec/containers/0/env", "/spec/containers/0/securityContext", "/spec/containers/0/volumeMounts",
                "/spec/terminationGracePeriodSeconds", "/spec/volumes"],
            Uninjector.Plan(pod).Select(change => change.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_people_removed_after_the_injection_is_no_problem()
    {
        JsonObject pod = Pods.Injected(Pods.Bare(Pods.With()));
        Pods.Container(pod).AsObject().Remove("env");
        pod["spec"]!.AsObject().Remove("volumes");

        JsonObject back = JsonPatch.Apply(pod, Uninjector.Plan(pod));

        Assert.True(JsonNode.DeepEquals(Pods.With(), back), back.ToJsonString());
    }

    [Fact]
    public void A_pod_that_is_not_injected_needs_no_change()
    {
        Assert.Empty(Uninjector.Plan(Pods.With()));
        Assert.Null(Uninjector.ProblemOf(Pods.With()));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"version":1,"version":1,"undo":[]}""")]
    [InlineData("""{"version":2,"undo":[]}""")]
    [InlineData("""{"version":1,"undo":[{"explode":"/spec"}]}""")]
    [InlineData("""{"version":1,"undo":[{"remove":""}]}""")]
    [InlineData("""{"version":1,"undo":[null]}""")]
    public void An_annotation_that_crik_did_not_write_is_a_problem_with_a_sentence(string annotation)
    {
        JsonObject pod = Pods.With();
        pod["metadata"]!["annotations"] = new JsonObject { [PodNames.InjectedAnnotation] = annotation };

        Assert.Empty(Uninjector.Plan(pod));
        Assert.Contains("crik.dev/injected", Uninjector.ProblemOf(pod), StringComparison.Ordinal);
    }

    private static JsonObject Reread(JsonObject pod) => Pods.Parse(pod.ToJsonString());
}
