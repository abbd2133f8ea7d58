using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class BaseImagesTests
{
    private const string App = "registry.example/app@sha256:aaaa";

    private const string Running = $$"""
        {"metadata":{"name":"web-0"},
         "spec":{"initContainers":[{"name":"own"}],"containers":[{"name":"app","image":"app:1"},{"name":"side","image":"side:1"}]},
         "status":{"containerStatuses":[{"name":"app","imageID":"docker-pullable://{{App}}"},{"name":"side","imageID":"registry.example/side@sha256:bbbb"}]} }
        """;

    private static readonly NodeFacts s_criO = Checkpoints.Node(runtime: "cri-o://1.37.0") with { Kubelet = "v1.36.2" };

    [Fact]
    public void A_pod_for_CRI_O_has_the_image_of_the_restored_container_as_a_volume_that_nothing_mounts()
    {
        JsonObject template = RestoredPod.Template(Pods.Parse(Running));

        JsonObject pod = RestoredPod.Make(template, "x", Parts(template, s_criO));

        Assert.Equal($$$"""[{"name":"crik-base-0","image":{"reference":"{{{App}}}","pullPolicy":"IfNotPresent"}}]""", pod["spec"]!["volumes"]!.ToJsonString());
        Assert.Equal("""[{"name":"own"}]""", pod["spec"]!["initContainers"]!.ToJsonString());
        Assert.All(pod["spec"]!["containers"].Maps(), container => Assert.Null(container["volumeMounts"]));
        Assert.Null(pod["status"]);
    }

    [Fact]
    public void A_pod_for_containerd_has_no_such_volume_and_nothing_is_said()
    {
        JsonObject template = RestoredPod.Template(Pods.Parse(Running));
        RestoreParts parts = Parts(template, Checkpoints.Node());

        Assert.DoesNotContain("crik-base", RestoredPod.Make(template, "x", parts)["spec"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(parts.Missing());
    }

    [Fact]
    public void What_cannot_be_pulled_is_said()
    {
        JsonObject template = RestoredPod.Template(Pods.Parse(Running));
        RestoreParts unknown = Parts(Pods.With(), s_criO), old = Parts(template, s_criO with { Kubelet = "v1.34.1" });

        Assert.Null(Parts(template, s_criO).Missing());
        Assert.Contains("before Kubernetes 1.35", old.Missing(), StringComparison.Ordinal);
        Assert.Contains("from which the container app was started, and nobody knows its digest", unknown.Missing(), StringComparison.Ordinal);
        Assert.DoesNotContain("crik-base", RestoredPod.Make(Pods.With(), "x", unknown)["spec"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("crik-base", RestoredPod.Make(template, "x", old)["spec"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_checkpoint_keeps_the_image_from_which_the_program_was_first_started_and_nothing_of_the_restore()
    {
        JsonObject template = RestoredPod.Template(Pods.Parse(Running));
        JsonObject second = RestoredPod.Make(template, "web-1", Parts(template, s_criO));
        second["status"] = new JsonObject
        {
            ["containerStatuses"] = new JsonArray(
                new JsonObject { ["name"] = "app", ["imageID"] = "registry.example/checkpoints@sha256:cccc" },
                new JsonObject { ["name"] = "side", ["imageID"] = "registry.example/side@sha256:dddd" }),
        };

        JsonObject again = RestoredPod.Template(second);

        Assert.True(JsonNode.DeepEquals(template["spec"], again["spec"]), again.ToJsonString());
        Assert.Equal((App, "registry.example/side@sha256:dddd"), (BaseImages.Of(again)["app"], BaseImages.Of(again)["side"]));
    }

    [Theory]
    [InlineData("cri-o 1.37.0", "keys", "registry.example/checkpoints:uid-app")]
    [InlineData("cri-o 1.37.0", null, "registry.example/checkpoints@sha256:web-0-1")]
    [InlineData("containerd 2.1.9", "keys", "registry.example/checkpoints@sha256:web-0-1")]
    public void An_encrypted_image_is_named_by_its_tag_for_CRI_O(string runtime, string? secret, string image)
    {
        PodCheckpointDocument checkpoint = Checkpoints.Complete(runtime: runtime);
        checkpoint = checkpoint with
        {
            Spec = checkpoint.Spec! with { EncryptionSecret = secret },
            Status = checkpoint.Status! with { Containers = [checkpoint.Status.Containers![0] with { Tag = "uid-app" }] },
        };

        Assert.Equal(image, SavedPod.Images(checkpoint)["app"]);
    }

    private static RestoreParts Parts(JsonObject template, NodeFacts node) =>
        RestoreParts.Of(new RestoreDecision.Restored(Checkpoints.Complete(), [node]), template);
}
