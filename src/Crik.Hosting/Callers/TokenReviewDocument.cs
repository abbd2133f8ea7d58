using System.Text.Json.Serialization;

namespace Crik.Hosting.Callers;

/// <summary>A TokenReview of authentication.k8s.io/v1.</summary>
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
