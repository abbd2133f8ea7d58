using System.Text;
using System.Text.Json.Nodes;
using Crik.StandIn.Resources;

namespace Crik.StandIn.Moving;

/// <summary>Asks a webhook about a new pod as an API server does, and goes on without it if it does not answer (failurePolicy Ignore).</summary>
public sealed class WebhookCaller(Uri webhook) : IDisposable
{
#pragma warning disable CA5359 // the trust that the operator publishes has tests of its own
    private readonly HttpClient _http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });
#pragma warning restore CA5359

    /// <summary>How often it did not answer.</summary>
    public int Failures { get; private set; }

    public async Task<JsonObject> AdmitAsync(string space, JsonObject pod)
    {
        JsonObject review = new()
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = Guid.NewGuid().ToString(),
                ["operation"] = "CREATE",
                ["kind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = "Pod" },
                ["namespace"] = space,
                ["object"] = pod.DeepClone(),
            },
        };
        try
        {
            using StringContent body = new(review.ToJsonString(), Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await _http.PostAsync(webhook, body);
            JsonNode answer = JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["response"]!;
            return (string?)answer["patch"] is { } patch ? ObjectPatch.Apply(pod, JsonNode.Parse(Convert.FromBase64String(patch))!, isMerge: false)! : pod;
        }
        catch (HttpRequestException)
        {
            Failures++;
            return pod;
        }
    }

    public void Dispose() => _http.Dispose();
}
