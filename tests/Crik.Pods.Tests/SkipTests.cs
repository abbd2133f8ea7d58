using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

public sealed class SkipTests
{
    [Theory]
    [InlineData("\"hostPID\":true", SkipReasons.HostPid)]
    [InlineData("\"shareProcessNamespace\":true", SkipReasons.SharedProcessNamespace)]
    [InlineData("\"os\":{\"name\":\"windows\"}", SkipReasons.NotLinux)]
    [InlineData("\"nodeSelector\":{\"kubernetes.io/os\":\"windows\"}", SkipReasons.NotLinux)]
    [InlineData("\"nodeSelector\":{\"kubernetes.io/arch\":\"arm64\"}", SkipReasons.OtherArchitecture)]
    [InlineData("\"volumes\":[{\"name\":\"checkpoints\",\"emptyDir\":{}}]", SkipReasons.NameTaken)]
    [InlineData("\"volumes\":[{\"name\":\"crik-bundle\",\"emptyDir\":{}}]", SkipReasons.NameTaken)]
    [InlineData("\"initContainers\":[{\"name\":\"crik-bundle\"}]", SkipReasons.NameTaken)]
    public void A_pod_that_cannot_be_helped_stays_as_it_is(string spec, string reason) => AssertSkipped(Pods.Bare(Pods.With(spec: spec)), reason);

    [Theory]
    [InlineData("DaemonSet", SkipReasons.DaemonSet)]
    [InlineData("Node", SkipReasons.StaticPod)]
    public void A_pod_that_belongs_to_its_node_stays_as_it_is(string kind, string reason) => AssertSkipped(Pods.Of(Pods.With(), kind, "agent"), reason);

    /// <summary>The API server would refuse the pod, and nothing would run.</summary>
    [Fact]
    public void A_command_that_the_annotations_cannot_record_leaves_the_pod_as_it_is()
    {
        AssertSkipped(Pods.Bare(Pods.With($"\"command\":[\"sh\",\"-c\",\"{new string('x', 130_000)}\"]")), SkipReasons.TooLarge);

        JsonObject injected = Pods.Injected(Pods.Bare(Pods.With($"\"command\":[\"sh\",\"-c\",\"{new string('x', 100_000)}\"]")));
        Assert.InRange(injected["metadata"]!["annotations"]!.ToJsonString().Length, 100_000, 256 << 10);
    }

    [Fact]
    public void Something_else_at_the_place_of_the_bundle_is_named() => AssertSkipped(
        Pods.Bare(Pods.With("\"command\":[\"a\"],\"volumeMounts\":[{\"name\":\"x\",\"mountPath\":\"/opt/crik/\"}]")), SkipReasons.NameTaken);

    [Theory]
    [InlineData("baseline")]
    [InlineData("restricted")]
    public void A_namespace_that_would_refuse_the_injected_pod_is_named_with_its_level(string level)
    {
        NamespaceFacts space = new("team-a", new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = level, ["pod-security.kubernetes.io/enforce-version"] = "v1.30" });

        InjectionPlan.Skipped skipped = AssertSkipped(Pods.Bare(Pods.With()) with { Namespace = space }, SkipReasons.PodSecurity);

        Assert.All(["team-a", level, "v1.30", "CHECKPOINT_RESTORE", "SYS_PTRACE", "Unconfined", "kubectl label namespace"], word => Assert.Contains(word, skipped.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_namespace_that_only_warns_refuses_nothing()
    {
        NamespaceFacts space = new("a", new Dictionary<string, string> { ["pod-security.kubernetes.io/warn"] = "restricted", ["pod-security.kubernetes.io/enforce"] = "privileged" });

        Assert.IsType<InjectionPlan.Injected>(Pods.Plan(Pods.Bare(Pods.With()) with { Namespace = space }));
    }

    [Fact]
    public void A_pod_that_does_not_want_it_is_left_alone() =>
        AssertSkipped(Pods.Bare(Pods.With(metadata: "\"labels\":{\"crik.dev/inject\":\"false\"}")), SkipReasons.OptedOut);

    [Fact]
    public void A_claim_that_contradicts_the_volume_of_the_pod_is_named() => AssertSkipped(
        Pods.Bare(Pods.With(
            spec: "\"volumes\":[{\"name\":\"checkpoints\",\"persistentVolumeClaim\":{\"claimName\":\"other\"}}]",
            metadata: "\"annotations\":{\"crik.dev/claim\":\"mine\"}")),
        SkipReasons.NameTaken);

    [Fact]
    public void A_container_that_does_not_exist_is_named() =>
        Assert.Contains("webb", AssertSkipped(Pods.Bare(Pods.Annotated("crik.dev/containers", "app,webb")), SkipReasons.NoSuchContainer).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("crik.dev/containers", "")]
    [InlineData("crik.dev/grace-period", "120")]
    [InlineData("crik.dev/grace-period", "0s")]
    [InlineData("crik.dev/grace-period", "99999h")]
    [InlineData("crik.dev/grace-period", "9999999999999999999s")]
    [InlineData("crik.dev/claim", "My Claim")]
    [InlineData("crik.dev/storage-class", "")]
    [InlineData("crik.dev/storage-size", "ten")]
    [InlineData("crik.dev/storage-size", "0Gi")]
    [InlineData("crik.dev/access-mode", "ReadOnlyMany")]
    [InlineData("crik.dev/slots", "0")]
    [InlineData("crik.dev/slots", "1001")]
    [InlineData("crik.dev/node-state-server", "ftp://x")]
    [InlineData("crik.dev/node-state-server", "server")]
    [InlineData("crik.dev/bundle", "magic")]
    [InlineData("crik.dev/grace-peroid", "5m")]
    [InlineData("crik.dev/config.keep", "0")]
    [InlineData("crik.dev/config.keep", "many")]
    [InlineData("crik.dev/config.keepp", "1")]
    [InlineData("crik.dev/config.gracePeriod", "5m")]
    [InlineData("crik.dev/config.checksumPages", "yes")]
    [InlineData("crik.dev/config.whenCrashed", "explode")]
    [InlineData("crik.dev/config.lockTimeout", "10")]
    [InlineData("crik.dev/config.additionalPaths", "/a:b")]
    [InlineData("crik.dev/config.ghostLimit", "5000000000")]
    [InlineData("crik.dev/config.imageDir", "/a:b")]
    [InlineData("crik.dev/config.imageDir", "//")]
    [InlineData("crik.dev/config.imageDir", "/opt/crik/state")]
    [InlineData("crik.dev/config.imageDir", "/state/$(POD)")]
    public void An_annotation_that_cannot_be_used_is_named(string name, string value) =>
        Assert.Contains(name, AssertSkipped(Pods.Bare(Pods.Annotated(name, value)), SkipReasons.BadAnnotation).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("crik.dev/config.keep", "5", "CRIK_KEEP", "5")]
    [InlineData("crik.dev/config.checksumPages", "true", "CRIK_CHECKSUM_PAGES", "true")]
    [InlineData("crik.dev/config.hooks.afterRestore", "echo $(date) $$", "CRIK_HOOKS_AFTER_RESTORE", "echo $$(date) $$$$")]
    [InlineData("crik.dev/config.nodeStateServerCAFile", "/ca.crt", "CRIK_NODE_STATE_SERVER_CA_FILE", "/ca.crt")]
    [InlineData("crik.dev/config.additionalPaths", "/a:/b", "CRIK_ADDITIONAL_PATHS", "/a:/b")]
    [InlineData("crik.dev/config.ghostLimit", "1Gi", "CRIK_GHOST_LIMIT", "1Gi")]
    [InlineData("crik.dev/config.lockTimeout", "1h30m", "CRIK_LOCK_TIMEOUT", "1h30m")]
    [InlineData("crik.dev/config.imageDir", "/state", "CRIK_IMAGE_DIR", "/state")]
    [InlineData("crik.dev/slots", "7", "CRIK_IMAGE_DIR_SLOTS", "7")]
    [InlineData("crik.dev/grace-period", "1500ms", "CRIK_GRACE_PERIOD", "2s")]
    [InlineData("crik.dev/node-state-server", "https://s:1/x", "CRIK_NODE_STATE_SERVER_URL", "https://s:1/x")]
    [InlineData("crik.dev/node-state-server", "none", "CRIK_NODE_STATE_SERVER_URL", null)]
    public void An_annotation_becomes_a_variable_of_crik(string name, string value, string variable, string? expected)
    {
        JsonObject pod = Pods.Injected(Pods.Of(Pods.Annotated(name, value), "Deployment", "web"), settings: Pods.Settings with { NodeStateServer = new Uri("http://default") });

        Assert.Equal(expected, Pods.Variable(Pods.Container(pod), variable));
    }

    [Theory]
    [InlineData("{}", "containers")]
    [InlineData("""{"spec":null}""", "containers")]
    [InlineData("""{"spec":5}""", "spec")]
    [InlineData("""{"spec":{"containers":null}}""", "containers")]
    [InlineData("""{"spec":{"containers":[]}}""", "containers")]
    [InlineData("""{"spec":{"containers":{}}}""", "spec/containers")]
    [InlineData("""{"spec":{"containers":[null]}}""", "spec/containers")]
    [InlineData("""{"spec":{"containers":[{"name":5}]}}""", "spec/containers")]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}""", "the name a")]
    [InlineData("""{"spec":{"containers":[{"name":"a","env":"x"}]}}""", "spec/containers/0/env")]
    [InlineData("""{"spec":{"containers":[{"name":"a","env":[{}]}]}}""", "spec/containers/0/env")]
    [InlineData("""{"spec":{"containers":[{"name":"a","command":"x"}]}}""", "spec/containers/0/command")]
    [InlineData("""{"spec":{"containers":[{"name":"a","command":[1]}]}}""", "spec/containers/0/command")]
    [InlineData("""{"spec":{"containers":[{"name":"a","securityContext":[]}]}}""", "spec/containers/0/securityContext")]
    [InlineData("""{"spec":{"containers":[{"name":"a","securityContext":{"capabilities":{"add":"ALL"}}}]}}""", "capabilities/add")]
    [InlineData("""{"spec":{"volumes":[5],"containers":[{"name":"a"}]}}""", "spec/volumes")]
    [InlineData("""{"spec":{"terminationGracePeriodSeconds":"30","containers":[{"name":"a"}]}}""", "terminationGracePeriodSeconds")]
    [InlineData("""{"metadata":[],"spec":{"containers":[{"name":"a"}]}}""", "metadata")]
    [InlineData("""{"metadata":{"annotations":{"a":1}},"spec":{"containers":[{"name":"a"}]}}""", "metadata/annotations")]
    [InlineData("""{"spec":{"containers":[{"name":"a"}]},"spec":{}}""", "twice")]
    [InlineData("""{"spec":{"containers":[{"name":"\ud800"}]}}""", "Unicode")]
    public void What_is_no_pod_is_skipped_with_a_sentence(string json, string named)
    {
        PodToInject pod = Pods.Bare(Pods.Parse(json));

        Assert.Contains(named, AssertSkipped(pod, SkipReasons.MalformedPod).Message, StringComparison.Ordinal);
        Assert.False(Injector.IsAskedFor(pod.Pod, pod.Namespace));
        Assert.Empty(Uninjector.Plan(pod.Pod));
    }

    [Theory]
    [InlineData("""{"spec":{}}""")]
    [InlineData("""{"metadata":{"name":"p"}}""")]
    [InlineData("""{"metadata":{"annotations":{"a":"b"}}}""")]
    [InlineData("""{"metadata":null}""")]
    public void The_reason_is_written_into_an_annotation_once(string json)
    {
        InjectionPlan.Skipped skipped = new(SkipReasons.HostPid, "It has hostPID.");

        JsonObject noted = JsonPatch.Apply(Pods.Parse(json), Injector.NoteOf(Pods.Parse(json), skipped));

        Assert.Equal("HostPid: It has hostPID.", (string?)noted["metadata"]!["annotations"]!["crik.dev/skipped"]);
        Assert.Empty(Injector.NoteOf(noted, skipped));
    }

    private static InjectionPlan.Skipped AssertSkipped(PodToInject pod, string reason)
    {
        InjectionPlan.Skipped skipped = Pods.Skip(pod, Pods.Image(["e"], []));
        Assert.Equal(reason, skipped.Reason);
        Assert.EndsWith(".", skipped.Message.Replace("--overwrite", ".", StringComparison.Ordinal), StringComparison.Ordinal);
        return skipped;
    }
}
