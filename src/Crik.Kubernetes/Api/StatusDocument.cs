using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The body of an error answer, and the object of an ERROR event.</summary>
internal sealed class StatusDocument
{
    [JsonPropertyName("code")]
    public int? Code { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}
