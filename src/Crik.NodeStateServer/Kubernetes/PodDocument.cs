using System.Text.Json.Serialization;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>The fields of a Pod that are read. The rest of its spec, which may contain secrets, is skipped.</summary>
internal sealed class PodDocument
{
    [JsonPropertyName("metadata")]
    public PodMetadataDocument? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public PodSpecDocument? Spec { get; set; }

    [JsonPropertyName("status")]
    public PodStatusDocument? Status { get; set; }

    public string? DisruptionReason =>
        Status?.Conditions?.Find(condition => condition is { Type: "DisruptionTarget", Status: "True" }) is { } found ? found.Reason ?? "" : null;
}

internal sealed class PodMetadataDocument
{
    [JsonPropertyName("uid")]
    public string? Uid { get; set; }
}

internal sealed class PodSpecDocument
{
    [JsonPropertyName("nodeName")]
    public string? NodeName { get; set; }
}

internal sealed class PodStatusDocument
{
    [JsonPropertyName("conditions")]
    public List<PodConditionDocument>? Conditions { get; set; }
}

internal sealed class PodConditionDocument
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }
}
