using System.Text.Json.Serialization;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The answer to a request that does not wait.</summary>
internal sealed class IdentifierDocument
{
    [JsonPropertyName("checkpointIdentifier")]
    public required string CheckpointIdentifier { get; init; }
}
