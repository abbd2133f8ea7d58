using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Admission;

/// <summary>
/// Reads and writes AdmissionReview of admission.k8s.io/v1. Everybody in the cluster can send one, so its content is not
/// trusted. `dryRun` is not read: the answer is the same, because the webhook has no side effects.
/// </summary>
internal static class AdmissionReview
{
    private const string Version = "admission.k8s.io/v1";

    /// <returns>What is wrong with the body, as a sentence, or null.</returns>
    /// <param name="request">Null also if it is no request to create a pod: then <paramref name="id"/> is let through.</param>
    /// <param name="id">The `uid` of the request.</param>
    public static string? Read(ReadOnlySpan<byte> body, out string id, out AdmissionRequest? request)
    {
        (id, request) = ("", null);
        if (UntrustedJson.ParseObject(body) is not { } review)
        {
            return "The body is no JSON object.";
        }

        if (review.At("kind").Text() is not "AdmissionReview" || review.At("apiVersion").Text() is not Version)
        {
            return $"The body is no AdmissionReview of {Version}.";
        }

        if (review.At("request") is not JsonObject asked || asked.At("uid").Text() is not { Length: > 0 } uid)
        {
            return "The AdmissionReview has no request with a uid.";
        }

        id = uid;
        bool isNewPod = asked.At("operation").Text() is "CREATE" && asked.At("kind", "kind").Text() is "Pod" && asked.At("kind", "group").Text() is null or ""
            && asked.At("subResource").Text() is null or "";
        request = isNewPod && asked.At("object") is JsonObject pod ? new AdmissionRequest(uid, asked.At("namespace").Text() ?? "", pod) : null;
        return null;
    }

    public static JsonObject ToJson(AdmissionResponse response)
    {
        JsonObject answer = new() { ["uid"] = response.Id, ["allowed"] = response.Refusal is null };
        if (response.Refusal is { } refusal)
        {
            const int Forbidden = 403;
            answer["status"] = new JsonObject { ["code"] = Forbidden, ["message"] = refusal };
        }

        if (response.Changes.Count > 0)
        {
            answer["patchType"] = "JSONPatch";
            answer["patch"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(JsonPatch.ToJson(response.Changes).ToJsonString()));
        }

        if (response.Warnings.Count > 0)
        {
            answer["warnings"] = response.Warnings.ToList();
        }

        return new JsonObject { ["apiVersion"] = Version, ["kind"] = "AdmissionReview", ["response"] = answer };
    }
}
