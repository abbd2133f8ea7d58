using System.Text;
using System.Text.Json.Nodes;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Tests.Admission;

public sealed class AdmissionReviewTests
{
    [Fact]
    public void A_request_to_create_a_pod_is_read()
    {
        Assert.Null(Read("""
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1","kind":{"group":"","version":"v1","kind":"Pod"},
             "operation":"CREATE","namespace":"team","dryRun":true,"object":{"spec":{}},"oldObject":null,"options":{"kind":"CreateOptions"}}}
            """, out string id, out AdmissionRequest? request));

        Assert.Equal(("u1", "u1", "team"), (id, request!.Id, request.Namespace));
    }

    [Theory]
    [InlineData("""{"uid":"u1","kind":{"kind":"Pod"},"operation":"UPDATE","object":{}}""")]
    [InlineData("""{"uid":"u1","kind":{"kind":"Pod"},"operation":"CREATE","subResource":"eviction","object":{}}""")]
    [InlineData("""{"uid":"u1","kind":{"kind":"Pod","group":"example.com"},"operation":"CREATE","object":{}}""")]
    [InlineData("""{"uid":"u1","kind":{"kind":"Deployment"},"operation":"CREATE","object":{}}""")]
    [InlineData("""{"uid":"u1","kind":{"kind":"Pod"},"operation":"CREATE","object":null}""")]
    [InlineData("""{"uid":"u1"}""")]
    public void What_is_no_new_pod_is_let_through(string request)
    {
        Assert.Null(Read($$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{request}} }""", out string id, out AdmissionRequest? read));

        Assert.Equal("u1", id);
        Assert.Null(read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"u"}}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":""}}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","uid":"v"}}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"\ud800"}}""")]
    public void What_is_no_review_is_refused_with_a_sentence(string body) => Assert.EndsWith(".", Read(body, out _, out _), StringComparison.Ordinal);

    [Fact]
    public void The_answer_repeats_the_uid_and_has_the_patch_in_base64()
    {
        AdmissionResponse response = new("u1", [new PodChange("/a", ChangeKind.Add, 1, "why")], ["be careful"], AdmissionOutcome.Injected);

        JsonNode answer = AdmissionReview.ToJson(response)["response"]!;

        Assert.Equal(("u1", true, "JSONPatch"), ((string?)answer["uid"], (bool)answer["allowed"]!, (string?)answer["patchType"]));
        Assert.Equal("""[{"op":"add","path":"/a","value":1}]""", Encoding.UTF8.GetString(Convert.FromBase64String((string)answer["patch"]!)));
        Assert.Equal("""["be careful"]""", answer["warnings"]!.ToJsonString());
    }

    [Fact]
    public void A_warning_that_is_cut_off_inside_of_a_character_can_be_written()
    {
        AdmissionRequest request = new("u1", "team", (JsonObject)JsonNode.Parse("{}")!);
        foreach (string start in (string[])["", "x"])
        {
            InjectionPlan.Skipped skipped = new(SkipReasons.CommandUnknown, start + string.Concat(Enumerable.Repeat("\U0001F600", 300)));

            AdmissionResponse response = AdmissionDecision.Of(request, new PodToInject(request.Pod, null, NamespaceFacts.Unknown), skipped);

            Assert.InRange(((string)JsonNode.Parse(AdmissionReview.ToJson(response).ToJsonString())!["response"]!["warnings"]![0]!).Length, 100, 256);
        }
    }

    [Fact]
    public void An_answer_without_changes_has_no_patch() => Assert.Equal(
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"u1","allowed":true}}""",
        AdmissionReview.ToJson(AdmissionResponse.Unchanged("u1", AdmissionOutcome.NotAskedFor)).ToJsonString());

    private static string? Read(string body, out string id, out AdmissionRequest? request) => AdmissionReview.Read(Encoding.UTF8.GetBytes(body), out id, out request);
}
