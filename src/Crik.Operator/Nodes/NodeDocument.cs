using System.Text.Json.Serialization;

namespace Crik.Operator.Nodes;

/// <summary>The fields of a Node that decide how the bundle comes into pods.</summary>
internal sealed class NodeDocument
{
    [JsonPropertyName("metadata")]
    public NodeMetadata? Metadata { get; set; }

    [JsonPropertyName("status")]
    public NodeStatusDocument? Status { get; set; }
}

internal sealed class NodeMetadata
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }
}

internal sealed class NodeStatusDocument
{
    [JsonPropertyName("nodeInfo")]
    public NodeInfoDocument? NodeInfo { get; set; }
}

internal sealed class NodeInfoDocument
{
    [JsonPropertyName("kubeletVersion")]
    public string? KubeletVersion { get; set; }

    [JsonPropertyName("containerRuntimeVersion")]
    public string? ContainerRuntimeVersion { get; set; }
}

[JsonSerializable(typeof(NodeDocument))]
internal sealed partial class NodeJson : JsonSerializerContext;
