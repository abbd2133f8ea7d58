using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// The serializers for the JSON of the API server. They are source-generated, because the server is native.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeDocument))]
[JsonSerializable(typeof(TokenReviewDocument))]
[JsonSerializable(typeof(AccessReviewDocument))]
[JsonSerializable(typeof(PodDocument))]
internal sealed partial class KubernetesJson : JsonSerializerContext
{
    /// <param name="keys">The keys of the labels and annotations to read. All others are skipped.</param>
    public static KubernetesJson Reading(IEnumerable<string> keys) =>
        new(new JsonSerializerOptions { Converters = { new SelectedEntriesConverter(keys) }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });
}

internal sealed class TokenReviewDocument
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "authentication.k8s.io/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "TokenReview";

    [JsonPropertyName("spec")]
    public TokenReviewSpecDocument? Spec { get; set; }

    [JsonPropertyName("status")]
    public TokenReviewStatusDocument? Status { get; set; }
}

internal sealed class TokenReviewSpecDocument
{
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("audiences")]
    public string[]? Audiences { get; set; }
}

internal sealed class TokenReviewStatusDocument
{
    [JsonPropertyName("authenticated")]
    public bool Authenticated { get; set; }

    [JsonPropertyName("user")]
    public UserDocument? User { get; set; }

    [JsonPropertyName("audiences")]
    public string[]? Audiences { get; set; }
}
