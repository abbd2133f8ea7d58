using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Tests.Admission;

public sealed class RestoreAdmissionTests
{
    private readonly FixedFacts _facts = new();

    public RestoreAdmissionTests()
    {
        _facts.Nodes.Add(new NodeFacts("node-1", "6.1", "amd64", "containerd://2.1.9"));
        _facts.Nodes.Add(new NodeFacts("node-2", "6.1", "amd64", "containerd://2.4.0"));
        _facts.Checkpoints.Add(new PodCheckpointDocument
        {
            Metadata = new ObjectMetadata { Name = "web-0-1", Uid = "u", CreationTimestamp = DateTimeOffset.UnixEpoch },
            Spec = new PodCheckpointSpec { Pod = "web-0" },
            Status = new PodCheckpointStatus
            {
                Conditions = [new Condition { Type = PodCheckpointConditions.Ready, Status = Condition.True }],
                Containers = [new ContainerCheckpoint { Name = "app", Image = "r.example/c@sha256:1", Runtime = "containerd 2.1.9" }],
            },
        });
    }

    [Fact]
    public async Task The_pod_gets_the_checkpoint_image_and_a_node_that_can_restore_it_and_no_crik()
    {
        JsonObject pod = Pod("latest", "fail", inject: "true");
        AdmissionResponse response = await HandleAsync(pod);

        JsonObject changed = JsonPatch.Apply(pod, response.Changes);
        Assert.Equal((AdmissionOutcome.Restored, null), (response.Outcome, response.Refusal));
        Assert.Equal("r.example/c@sha256:1", (string?)changed["spec"]!["containers"]![0]!["image"]);
        Assert.Contains("\"node-1\"", changed["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("node-2", changed["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);

        AdmissionResponse again = await HandleAsync(changed);
        Assert.Equal((AdmissionOutcome.NotAskedFor, 0), (again.Outcome, again.Changes.Count));
    }

    [Fact]
    public async Task A_pod_for_CRI_O_makes_the_kubelet_pull_the_image_from_which_the_program_was_started()
    {
        const string Kept = """{"spec":{"containers":[{"name":"app"}]},"status":{"containerStatuses":[{"name":"app","imageID":"r.example/app@sha256:2"}]}}""";
        _facts.Nodes[0] = _facts.Nodes[0] with { Runtime = "cri-o://1.37.0", Kubelet = "v1.36.2" };
        PodCheckpointDocument checkpoint = _facts.Checkpoints[0];
        _facts.Checkpoints[0] = checkpoint with
        {
            Metadata = checkpoint.Metadata! with { Annotations = new Dictionary<string, string> { [PodNames.SavedPodAnnotation] = Kept } },
            Status = checkpoint.Status! with
            {
                PodSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Kept))),
                Containers = [checkpoint.Status.Containers![0] with { Runtime = "cri-o 1.37.0" }],
            },
        };

        JsonObject pod = Pod("latest", "fail");
        AdmissionResponse response = await HandleAsync(pod);

        JsonObject changed = JsonPatch.Apply(pod, response.Changes);
        Assert.Contains("checkpoint shop/web-0-1", _facts.Asked);
        Assert.Equal("r.example/app@sha256:2", (string?)changed["spec"]!["volumes"]![0]!["image"]!["reference"]);
        Assert.DoesNotContain(response.Warnings, warning => warning.Contains("does not pull", StringComparison.Ordinal));

        _facts.ReadsNoCheckpoint = true;
        AdmissionResponse without = await HandleAsync(pod);
        Assert.Equal(AdmissionOutcome.Restored, without.Outcome);
        Assert.Contains(without.Warnings, warning => warning.Contains("CRI-O does not pull the image", StringComparison.Ordinal));

        _facts.ReadsNoCheckpoint = false;
        _facts.Checkpoints[0] = _facts.Checkpoints[0] with { Status = _facts.Checkpoints[0].Status! with { PodSha256 = "0" } };
        Assert.Contains((await HandleAsync(pod)).Warnings, warning => warning.Contains("CRI-O does not pull the image", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("web-0-9", "fail", "There is no PodCheckpoint web-0-9 in the namespace.")]
    [InlineData("latest", "sometimes", "must be fail, previous or fresh.")]
    public async Task A_pod_that_cannot_be_restored_is_refused_with_the_reason(string checkpoint, string fallback, string because)
    {
        AdmissionResponse response = await HandleAsync(Pod(checkpoint, fallback));

        Assert.Equal(AdmissionOutcome.Refused, response.Outcome);
        JsonNode answer = AdmissionReview.ToJson(response)["response"]!;
        Assert.Equal((false, 403), ((bool)answer["allowed"]!, (int)answer["status"]!["code"]!));
        Assert.Contains(because, (string?)answer["status"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fail", "Refused")]
    [InlineData("fresh", "NotAskedFor")]
    public async Task A_pod_whose_containers_have_other_names_is_not_started_afresh_unless_it_asks_for_that(string fallback, string outcome)
    {
        JsonObject pod = Pod("latest", fallback);
        pod["spec"]!["containers"]![0]!["name"] = "web";

        AdmissionResponse response = await HandleAsync(pod);

        Assert.Equal(outcome, response.Outcome.ToString());
        Assert.Equal(outcome == "Refused", response.Refusal?.Contains("is of the container app, and the pod has none of that name: it has web.", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task A_pod_on_a_node_that_cannot_restore_it_is_refused()
    {
        JsonObject pod = Pod("latest", "fail");
        pod["spec"]!["nodeName"] = "node-2";

        Assert.Contains("containerd 2.4 has removed that", (await HandleAsync(pod)).Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "Injected")]
    [InlineData(null, "NotAskedFor")]
    public async Task With_the_fallback_fresh_it_is_treated_as_any_other_pod(string? inject, string outcome)
    {
        AdmissionResponse response = await HandleAsync(Pod("web-0-9", "fresh", inject));

        Assert.Equal((outcome, null), (response.Outcome.ToString(), response.Refusal));
        Assert.DoesNotContain("r.example/c", response.Changes.Select(change => change.Value?.ToJsonString() ?? ""));
    }

    [Theory]
    [InlineData("true")]
    [InlineData(null)]
    public async Task A_pod_that_starts_afresh_has_the_reason_in_an_annotation_and_in_a_warning_and_a_second_call_changes_nothing(string? inject)
    {
        JsonObject pod = Pod("web-0-9", "fresh", inject);
        AdmissionResponse response = await HandleAsync(pod);

        const string Reason = "There is no PodCheckpoint web-0-9 in the namespace. The program starts afresh.";
        JsonObject changed = JsonPatch.Apply(pod, response.Changes);
        Assert.Equal((Reason, Reason), ((string?)changed["metadata"]!["annotations"]!["crik.dev/not-restored"], response.NotRestored));
        Assert.Equal($"crik: not restored: {Reason}", response.Warnings[0]);

        AdmissionResponse again = await HandleAsync(changed);
        Assert.Equal((inject is null ? AdmissionOutcome.NotAskedFor : AdmissionOutcome.AlreadyInjected, 0, null), (again.Outcome, again.Changes.Count, again.NotRestored));
    }

    [Theory]
    [InlineData("fail", "Refused")]
    [InlineData("fresh", "NotAskedFor")]
    public async Task An_annotation_that_was_copied_from_a_pod_that_started_afresh_decides_nothing(string fallback, string outcome)
    {
        JsonObject copy = Pod("web-0-9", fallback);
        copy["metadata"]!["annotations"]!["crik.dev/not-restored"] = "There was no checkpoint.";

        AdmissionResponse missing = await HandleAsync(copy);
        Assert.Equal(outcome, missing.Outcome.ToString());
        Assert.Equal(
            outcome == "Refused" ? "There was no checkpoint." : missing.NotRestored,
            (string?)JsonPatch.Apply(copy, missing.Changes)["metadata"]!["annotations"]!["crik.dev/not-restored"]);

        _facts.Checkpoints.Add(_facts.Checkpoints[0] with { Metadata = _facts.Checkpoints[0].Metadata! with { Name = "web-0-9" } });
        AdmissionResponse found = await HandleAsync(copy);
        Assert.Equal(AdmissionOutcome.Restored, found.Outcome);
        Assert.Null(JsonPatch.Apply(copy, found.Changes)["metadata"]!["annotations"]!["crik.dev/not-restored"]);
    }

    [Fact]
    public async Task A_pod_that_started_afresh_with_crik_is_not_restored_by_a_second_call()
    {
        JsonObject pod = Pod("web-0-9", "fresh", "true");
        JsonObject changed = JsonPatch.Apply(pod, (await HandleAsync(pod)).Changes);
        _facts.Checkpoints.Add(_facts.Checkpoints[0] with { Metadata = _facts.Checkpoints[0].Metadata! with { Name = "web-0-9" } });

        AdmissionResponse again = await HandleAsync(changed);

        Assert.Equal((AdmissionOutcome.AlreadyInjected, 0), (again.Outcome, again.Changes.Count));
    }

    [Fact]
    public async Task A_restore_and_an_injection_together_take_no_longer_than_one_answer_may()
    {
        _facts.Hangs = true;
        QuickTimers time = new();
        AdmissionOptions options = new(new InjectionSettings("registry.example/crik:1"), "crik") { Timeout = TimeSpan.FromSeconds(8) };

        AdmissionResponse response = await new AdmissionHandler(options, _facts, new FixedImages(), time)
            .HandleAsync(new AdmissionRequest("u1", "shop", Pod("latest", "fresh", "true")), CancellationToken.None);

        Assert.Equal([TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(4)], time.Started); // none begins anew for the injection
        Assert.Contains("namespace shop", _facts.Asked);
        Assert.Equal((AdmissionOutcome.Skipped, SkipReasons.FactsUnknown), (response.Outcome, response.SkipReason));
        Assert.Contains("took too long", response.NotRestored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_server_that_does_not_answer_or_takes_too_long_refuses_it_too()
    {
        _facts.Fails = true;
        Assert.Contains("The API server could not be asked for checkpoints and nodes: no answer.", (await HandleAsync(Pod("latest", "fail"))).Refusal, StringComparison.Ordinal);

        _facts.Fails = false;
        _facts.Hangs = true;
        Assert.Contains("took too long", (await HandleAsync(Pod("latest", "fail"), TimeSpan.FromMilliseconds(20))).Refusal, StringComparison.Ordinal);
    }

    private static JsonObject Pod(string checkpoint, string fallback, string? inject = null) => (JsonObject)JsonNode.Parse($$$"""
        {"metadata": {"name": "web-0", "labels": {"crik.dev/restore": "true" {{{(inject is null ? "" : $",\"crik.dev/inject\": \"{inject}\"")}}} },
          "annotations": {"crik.dev/restore": "{{{checkpoint}}}", "crik.dev/restore-fallback": "{{{fallback}}}"} },
         "spec": {"containers": [{"name": "app", "image": "app:1", "command": ["app"]}]} }
        """)!;

    private Task<AdmissionResponse> HandleAsync(JsonObject pod, TimeSpan? timeout = null)
    {
        AdmissionOptions options = new(new InjectionSettings("registry.example/crik:1"), "crik") { Timeout = timeout ?? TimeSpan.FromSeconds(8) };
        return new AdmissionHandler(options, _facts, new FixedImages(), TimeProvider.System).HandleAsync(new AdmissionRequest("u1", "shop", pod), CancellationToken.None);
    }
}
