using System.Text.Json.Serialization;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The body of a request for a checkpoint.</summary>
internal sealed class OrderDocument
{
    [JsonPropertyName("deletePod")]
    public bool? DeletePod { get; set; }

    [JsonPropertyName("async")]
    public bool? Async { get; set; }
}
