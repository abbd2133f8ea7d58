using System.Text;
using System.Text.Json.Nodes;
using Crik.Operator.Admission;
using Crik.Pods;
using Crik.Registry;

namespace Crik.Operator.Tests.Admission;

public sealed class AdmissionHandlerTests
{
    private const string Wanted = """{"metadata":{"name":"p","labels":{"crik.dev/inject":"true"}},"spec":{"containers":[{"name":"app","image":"r.example/app:1"}]}}""";

    private readonly FixedFacts _facts = new() { Controller = new PodController("StatefulSet", "p") };
    private readonly FixedImages _images = new();

    [Fact]
    public async Task A_pod_gets_the_command_of_its_image_and_asks_for_its_claim()
    {
        AdmissionResponse response = await HandleAsync(Wanted);

        JsonObject pod = JsonPatch.Apply(Parse(Wanted), response.Changes);
        Assert.Equal(AdmissionOutcome.Injected, response.Outcome);
        Assert.Equal("""["/opt/crik/bin/crik","run","--","/entry"]""", pod["spec"]!["containers"]![0]!["command"]!.ToJsonString());
        Assert.Equal(
            new ClaimRequest("checkpoints-p", "ReadWriteOnce", "10Gi", null, IsTemplate: false),
            ClaimRequest.Parse((string)pod["metadata"]!["annotations"]![PodNames.ClaimRequestAnnotation]!));
    }

    [Fact]
    public async Task A_second_call_changes_nothing()
    {
        JsonObject pod = JsonPatch.Apply(Parse(Wanted), (await HandleAsync(Wanted)).Changes);

        AdmissionResponse again = await HandleAsync(pod.ToJsonString());

        Assert.Equal((AdmissionOutcome.AlreadyInjected, 0), (again.Outcome, again.Changes.Count));
    }

    [Theory]
    [InlineData(Wanted, "kube-system")]
    [InlineData(Wanted, "crik")]
    [InlineData("""{"metadata":{"labels":{"crik.dev/inject":"false"}},"spec":{"containers":[{"name":"a"}]}}""", "team")]
    public async Task Nobody_is_asked_about_a_pod_that_stays_as_it_is(string pod, string space)
    {
        _facts.NamespaceLabels[PodNames.InjectLabel] = "true";

        AdmissionResponse response = await HandleAsync(pod, space);

        Assert.Equal((AdmissionOutcome.NotAskedFor, 0, 0), (response.Outcome, response.Changes.Count, _facts.Asked.Count));
    }

    [Theory]
    [InlineData("true", "Injected")]
    [InlineData("no", "NotAskedFor")]
    public async Task The_label_of_the_namespace_counts_for_a_pod_without_one(string label, string outcome)
    {
        _facts.NamespaceLabels[PodNames.InjectLabel] = label;

        Assert.Equal(outcome, (await HandleAsync("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","command":["x"]}]}}""")).Outcome.ToString());
    }

    [Fact]
    public async Task A_registry_that_does_not_tell_leaves_the_pod_as_it_is_and_says_why()
    {
        _images.Failure = new RegistryException(RegistryFailure.NotFound, "The image r.example/app:1 cannot be read.");

        AdmissionResponse response = await HandleAsync(Wanted);

        AssertSkipped(response, SkipReasons.CommandUnknown, "r.example/app:1 cannot be read");
    }

    [Fact]
    public async Task An_image_name_that_makes_no_sense_is_a_reason_too() =>
        AssertSkipped(await HandleAsync(Wanted.Replace("r.example/app:1", "Not An Image", StringComparison.Ordinal)), SkipReasons.CommandUnknown, "'Not An Image'");

    [Fact]
    public async Task An_API_server_that_does_not_answer_leaves_the_pod_as_it_is()
    {
        _facts.Fails = true;

        AssertSkipped(await HandleAsync(Wanted), SkipReasons.FactsUnknown, "no answer");
    }

    [Fact]
    public async Task The_answer_comes_before_the_API_server_gives_up()
    {
        _facts.Hangs = true;

        AssertSkipped(await HandleAsync(Wanted, timeout: TimeSpan.FromMilliseconds(20)), SkipReasons.FactsUnknown, "took longer than 0 s");
    }

    [Fact]
    public async Task A_registry_that_keeps_silent_is_the_reason_and_not_the_API_server()
    {
        _images.Hangs = true;

        AssertSkipped(await HandleAsync(Wanted, timeout: TimeSpan.FromMilliseconds(200)), SkipReasons.CommandUnknown, "The registry of r.example/app:1 took too long");
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "p", "Skipped")]
    [InlineData("apps/v1", "StatefulSet", "other", "Skipped")]
    [InlineData("apps/v1", "StatefulSet", "p", "Injected")]
    [InlineData("v1", "Pod", "p-0", "Injected")]
    [InlineData(null, null, null, "Injected")]
    public async Task A_claim_that_was_made_for_another_workload_of_that_name_is_not_used(string? version, string? kind, string? name, string outcome)
    {
        _facts.Claims["checkpoints-p"] = new JsonObject { ["metadata"] = new JsonObject() };
        if (kind is not null)
        {
            _facts.Claims["checkpoints-p"]["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["name"] = name, ["uid"] = "1" });
        }

        AdmissionResponse response = await HandleAsync(Wanted);

        Assert.Equal(outcome, response.Outcome.ToString());
        Assert.Equal(outcome == "Injected" ? null : SkipReasons.NameTaken, response.SkipReason);
        Assert.Equal(outcome != "Injected", response.Warnings.Any(warning => warning.Contains($"{kind} {name}. Name another claim with crik.dev/claim", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pod_that_was_skipped_at_the_first_call_and_is_injected_at_the_second_does_not_keep_the_reason()
    {
        _images.Failure = new RegistryException(RegistryFailure.NoAnswer, "no answer");
        JsonObject pod = JsonPatch.Apply(Parse(Wanted), (await HandleAsync(Wanted)).Changes);
        Assert.NotNull(pod["metadata"]!["annotations"]![PodNames.SkippedAnnotation]);
        _images.Failure = null;

        AdmissionResponse response = await HandleAsync(pod.ToJsonString());

        Assert.Equal(AdmissionOutcome.Injected, response.Outcome);
        Assert.Null(JsonPatch.Apply(pod, response.Changes)["metadata"]!["annotations"]![PodNames.SkippedAnnotation]);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_ends_the_work()
    {
        _facts.Hangs = true;
        using CancellationTokenSource gone = new();
        Task<AdmissionResponse> handling = Handler().HandleAsync(new AdmissionRequest("1", "team", Parse(Wanted)), gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handling);
    }

    [Fact]
    public async Task A_namespace_that_would_refuse_the_pod_is_named_before_a_registry_is_asked()
    {
        _facts.NamespaceLabels["pod-security.kubernetes.io/enforce"] = "restricted";

        AssertSkipped(await HandleAsync(Wanted), SkipReasons.PodSecurity, "restricted");
        Assert.Empty(_images.Asked);
    }

    [Fact]
    public async Task The_registry_is_asked_with_the_pull_secrets_of_the_pod()
    {
        _facts.Secrets["good"] = Secret(".dockerconfigjson", """{"auths":{"r.example":{"username":"u","password":"p"}}}""");
        _facts.Secrets["old"] = Secret(".dockercfg", """{"r.example":{"username":"o","password":"p"}}""");
        _facts.Secrets["broken"] = Secret(".dockerconfigjson", "no JSON");
        _facts.Secrets["odd"] = Parse("""{"data":{".dockerconfigjson":"***"}}""");
        JsonObject pod = Parse(Wanted);
        pod["spec"]!["imagePullSecrets"] = JsonNode.Parse("""[{"name":"good"},{"name":"old"},{"name":"broken"},{"name":"odd"},{"name":"missing"},{},null,{"name":"good"}]""");

        AdmissionResponse response = await HandleAsync(pod.ToJsonString());

        (ImageReference image, RegistryCredentials credentials) = Assert.Single(_images.Asked);
        Assert.Equal(AdmissionOutcome.Injected, response.Outcome);
        Assert.Equal(["o", "u"], credentials.For(image).Select(credential => credential.User).Order());
        Assert.Equal(5, _facts.Asked.Count(asked => asked.StartsWith("secret team/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_still_keeps_an_injected_pod_from_a_checkpoint_is_a_warning()
    {
        AdmissionResponse response = await HandleAsync("""
            {"metadata":{"name":"p","labels":{"crik.dev/inject":"true"}},"spec":{"containers":[{"name":"app","command":["x"],"resources":{"limits":{"nvidia.com/gpu":1}}}]}}
            """);

        Assert.Equal(AdmissionOutcome.Injected, response.Outcome);
        Assert.Contains("nvidia.com/gpu", Assert.Single(response.Warnings), StringComparison.Ordinal);
    }

    private static void AssertSkipped(AdmissionResponse response, string reason, string text)
    {
        JsonObject pod = JsonPatch.Apply(Parse(Wanted), response.Changes);
        string note = (string)pod["metadata"]!["annotations"]![PodNames.SkippedAnnotation]!;
        Assert.Equal((AdmissionOutcome.Skipped, reason), (response.Outcome, response.SkipReason));
        Assert.StartsWith($"{reason}: ", note, StringComparison.Ordinal);
        Assert.Contains(text, note, StringComparison.Ordinal);
        Assert.InRange(Assert.Single(response.Warnings).Length, 10, 256);
        Assert.Null(pod["spec"]!["volumes"]);
    }

    private AdmissionHandler Handler(TimeSpan? timeout = null) =>
        new(new AdmissionOptions(new InjectionSettings("bundle:1"), "crik") { Timeout = timeout ?? TimeSpan.FromMinutes(1) }, _facts, _images, TimeProvider.System);

    private Task<AdmissionResponse> HandleAsync(string pod, string space = "team", TimeSpan? timeout = null) =>
        Handler(timeout).HandleAsync(new AdmissionRequest("1", space, Parse(pod)), default);

    private static JsonObject Secret(string key, string content) =>
        new() { ["data"] = new JsonObject { [key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(content)) } };

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
