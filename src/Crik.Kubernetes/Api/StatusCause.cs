using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>One of the causes of a refusal. An object that is invalid has one for each field that is wrong.</summary>
public sealed class StatusCause
{
    /// <summary>A word for programs, such as `FieldValueRequired` or `ResourceVersionTooLarge`.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    /// <summary>The path of the field, as in `spec.replicas`.</summary>
    [JsonPropertyName("field")]
    public string? Field { get; set; }
}
