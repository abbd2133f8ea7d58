using System.Text.Json.Serialization;

namespace Crik.Hosting.Callers;

/// <summary>A SubjectAccessReview of authorization.k8s.io/v1.</summary>
internal sealed class AccessReviewDocument
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "authorization.k8s.io/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "SubjectAccessReview";

    [JsonPropertyName("spec")]
    public AccessReviewSpecDocument? Spec { get; set; }

    [JsonPropertyName("status")]
    public AccessReviewStatusDocument? Status { get; set; }
}

internal sealed class AccessReviewSpecDocument
{
    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("groups")]
    public string[]? Groups { get; set; }

    [JsonPropertyName("extra")]
    public Dictionary<string, string[]>? Extra { get; set; }

    [JsonPropertyName("nonResourceAttributes")]
    public NonResourceAttributesDocument? NonResourceAttributes { get; set; }

    [JsonPropertyName("resourceAttributes")]
    public ResourceAttributesDocument? ResourceAttributes { get; set; }
}

internal sealed class ResourceAttributesDocument
{
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    [JsonPropertyName("verb")]
    public string? Verb { get; set; }

    [JsonPropertyName("group")]
    public string? Group { get; set; }

    [JsonPropertyName("resource")]
    public string? Resource { get; set; }
}

internal sealed class NonResourceAttributesDocument
{
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("verb")]
    public string? Verb { get; set; }
}

internal sealed class AccessReviewStatusDocument
{
    [JsonPropertyName("allowed")]
    public bool Allowed { get; set; }
}
