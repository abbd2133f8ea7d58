using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

public sealed class IdentityTests
{
    [Theory]
    [InlineData("Deployment", "web", null, "checkpoints-web", "ReadWriteOnce", null)]
    [InlineData("Deployment", "web", 1, "checkpoints-web", "ReadWriteOnce", null)]
    [InlineData("Deployment", "web", 0, "checkpoints-web", "ReadWriteOnce", null)]
    [InlineData("Deployment", "web", 3, "checkpoints-web", "ReadWriteMany", "3")]
    [InlineData("ReplicaSet", "web", 2, "checkpoints-web", "ReadWriteMany", "2")]
    [InlineData("StatefulSet", "db", 3, "checkpoints-web-0", "ReadWriteOnce", null)]
    [InlineData("Job", "batch", 1, "checkpoints-batch", "ReadWriteOnce", null)]
    [InlineData("Job", "batch", 4, "checkpoints-batch", "ReadWriteMany", "4")]
    [InlineData("Sandbox", "x", null, "checkpoints-web-0", "ReadWriteOnce", null)]
    public void The_claim_belongs_to_what_is_there_after_the_pod(string kind, string owner, int? concurrency, string claim, string mode, string? slots)
    {
        PodToInject pod = Pods.Of(Pods.With(), kind, owner, concurrency);

        InjectionPlan.Injected plan = Pods.Inject(pod);

        JsonObject injected = JsonPatch.Apply(pod.Pod, plan.Changes);
        Assert.Equal(new ClaimRequest(claim, mode, "10Gi", null, IsTemplate: false), plan.Claim);
        Assert.Equal(claim, (string?)injected["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]);
        Assert.Equal(slots, Pods.Variable(Pods.Container(injected), "CRIK_IMAGE_DIR_SLOTS"));
        Assert.Equal(slots is null ? null : "180s", Pods.Variable(Pods.Container(injected), "CRIK_LOCK_TIMEOUT"));
    }

    [Fact]
    public void The_time_to_wait_for_a_slot_can_be_set()
    {
        JsonObject injected = Pods.Injected(Pods.Of(Pods.Annotated("crik.dev/config.lockTimeout", "10m"), "Deployment", "web", 3));

        Assert.Equal("10m", Pods.Variable(Pods.Container(injected), "CRIK_LOCK_TIMEOUT"));
    }

    [Fact]
    public void The_template_of_a_StatefulSet_asks_for_a_volumeClaimTemplate_and_gets_no_volume()
    {
        PodToInject pod = Pods.Of(Pods.With(), "StatefulSet", "db", 3) with { IsTemplate = true };

        InjectionPlan.Injected plan = Pods.Inject(pod);

        Assert.Equal(new ClaimRequest("checkpoints", "ReadWriteOnce", "10Gi", null, IsTemplate: true), plan.Claim);
        Assert.Equal(["crik-bundle"], JsonPatch.Apply(pod.Pod, plan.Changes)["spec"]!["volumes"]!.AsArray().Select(volume => (string?)volume!["name"]));
    }

    [Fact]
    public void A_pod_of_a_StatefulSet_with_such_a_template_uses_its_volume()
    {
        PodToInject pod = Pods.Of(Pods.With(spec: """
            "volumes":[{"name":"checkpoints","persistentVolumeClaim":{"claimName":"checkpoints-web-0"}}]
            """), "StatefulSet", "web");

        InjectionPlan.Injected plan = Pods.Inject(pod);

        Assert.Null(plan.Claim);
        Assert.Equal(2, JsonPatch.Apply(pod.Pod, plan.Changes)["spec"]!["volumes"]!.AsArray().Count);
    }

    [Fact]
    public void An_indexed_Job_has_a_directory_for_each_index_and_no_pool()
    {
        PodToInject pod = new(Pods.With(), new PodController("Job", "batch", 4) { IsIndexed = true }, NamespaceFacts.Unknown);

        InjectionPlan.Injected plan = Pods.Inject(pod);

        JsonNode container = Pods.Container(JsonPatch.Apply(pod.Pod, plan.Changes));
        string?[] names = [.. container["env"]!.AsArray().Select(variable => (string?)variable!["name"])];
        Assert.Equal("/checkpoints/$(JOB_COMPLETION_INDEX)", Pods.Variable(container, "CRIK_IMAGE_DIR"));
        Assert.True(Array.IndexOf(names, "JOB_COMPLETION_INDEX") is >= 0 and var index && index < Array.IndexOf(names, "CRIK_IMAGE_DIR"), "the kubelet expands earlier variables only");
        Assert.Null(Pods.Variable(container, "CRIK_IMAGE_DIR_SLOTS"));
        Assert.Equal("ReadWriteMany", plan.Claim!.AccessMode);
    }

    [Fact]
    public void The_variable_of_the_Job_controller_is_used_where_it_is_there()
    {
        PodToInject pod = new(
            Pods.With("""
                "command":["app"],"env":[{"name":"JOB_COMPLETION_INDEX","valueFrom":{"fieldRef":{"fieldPath":"metadata.annotations['x']"}}}]
                """), new PodController("Job", "batch", 4) { IsIndexed = true }, NamespaceFacts.Unknown);

        Assert.Equal("metadata.annotations['x']", Pods.Variable(Pods.Container(Pods.Injected(pod)), "JOB_COMPLETION_INDEX"));
    }

    [Theory]
    [InlineData("StatefulSet", "/checkpoints/web-0", null)]
    [InlineData("Deployment", "/checkpoints", "3")]
    public void Pods_that_share_a_named_claim_do_not_share_a_directory(string kind, string directory, string? slots)
    {
        PodToInject pod = Pods.Of(Pods.Annotated("crik.dev/claim", "mine"), kind, "web", 3);

        InjectionPlan.Injected plan = Pods.Inject(pod);

        JsonObject injected = JsonPatch.Apply(pod.Pod, plan.Changes);
        Assert.Null(plan.Claim);
        Assert.Equal("mine", (string?)injected["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]);
        Assert.Equal((directory, slots), (Pods.Variable(Pods.Container(injected), "CRIK_IMAGE_DIR"), Pods.Variable(Pods.Container(injected), "CRIK_IMAGE_DIR_SLOTS")));
    }

    [Fact]
    public void A_claim_gets_the_class_size_and_mode_of_the_annotations()
    {
        JsonObject pod = Pods.With(metadata: """
            "annotations":{"crik.dev/storage-class":"fast","crik.dev/storage-size":"1.5Ti","crik.dev/access-mode":"ReadWriteOncePod"}
            """);

        Assert.Equal(new ClaimRequest("checkpoints-web-0", "ReadWriteOncePod", "1.5Ti", "fast", IsTemplate: false), Pods.Inject(Pods.Bare(pod)).Claim);
    }

    [Fact]
    public void A_name_that_is_too_long_for_a_claim_is_shortened_and_stays_different()
    {
        ClaimRequest[] claims = [.. "ab".Select(end => Pods.Inject(Pods.Of(Pods.With(), "Deployment", new string('x', 252) + end)).Claim!)];

        Assert.All(claims, claim => Assert.InRange(claim.Name.Length, 1, 253));
        Assert.NotEqual(claims[0].Name, claims[1].Name);
    }

    [Fact]
    public void A_pod_without_a_name_needs_a_controller_that_is_known_or_a_named_claim()
    {
        JsonObject pod = Pods.Parse("""{"metadata":{"generateName":"x-"},"spec":{"containers":[{"name":"app","command":["app"]}]}}""");

        Assert.Equal(SkipReasons.NoIdentity, Pods.Skip(Pods.Bare(pod)).Reason);
        Assert.Equal(SkipReasons.NoIdentity, Pods.Skip(Pods.Of(pod, "CronJob", "nightly")).Reason);
        pod["metadata"]!["annotations"] = new JsonObject { ["crik.dev/claim"] = "mine" };
        Assert.IsType<InjectionPlan.Injected>(Pods.Plan(Pods.Bare(pod)));
    }
}
