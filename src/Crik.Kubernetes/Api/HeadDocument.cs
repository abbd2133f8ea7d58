using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The few fields of any object that the library itself reads.</summary>
internal sealed class HeadDocument
{
    [JsonPropertyName("metadata")]
    public HeadMetadataDocument? Metadata { get; set; }
}

internal sealed class HeadMetadataDocument
{
    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }

    [JsonPropertyName("annotations")]
    public HeadAnnotationsDocument? Annotations { get; set; }
}

internal sealed class HeadAnnotationsDocument
{
    /// <summary>Is "true" in the bookmark after the last of the initial events of a watch (KEP 3157).</summary>
    [JsonPropertyName("k8s.io/initial-events-end")]
    public string? InitialEventsEnd { get; set; }
}
