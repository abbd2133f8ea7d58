using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The metadata of a list.</summary>
public sealed class ListMetadata
{
    /// <summary>The version of the whole list, from which a watch can start.</summary>
    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }

    /// <summary>The token for the next page. The last page has none.</summary>
    [JsonPropertyName("continue")]
    public string? Continue { get; set; }
}
