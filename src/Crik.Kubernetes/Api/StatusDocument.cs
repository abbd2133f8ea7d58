using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The body of an error answer, and the object of an ERROR event: a Status of the group meta/v1.</summary>
internal sealed class StatusDocument
{
    /// <summary>`Success` or `Failure`.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("code")]
    public int? Code { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("details")]
    public StatusDetailsDocument? Details { get; set; }
}

internal sealed class StatusDetailsDocument
{
    [JsonPropertyName("causes")]
    public List<StatusCause>? Causes { get; set; }

    [JsonPropertyName("retryAfterSeconds")]
    public double? RetryAfterSeconds { get; set; }
}
