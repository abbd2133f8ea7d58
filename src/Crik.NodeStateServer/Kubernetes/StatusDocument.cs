using System.Text.Json.Serialization;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>The object of an ERROR event.</summary>
internal sealed class StatusDocument
{
    [JsonPropertyName("code")]
    public int? Code { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}
