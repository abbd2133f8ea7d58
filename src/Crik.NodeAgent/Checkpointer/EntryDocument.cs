using System.Text.Json.Serialization;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The result of a checkpoint. The times are seconds since 1970.</summary>
internal sealed class EntryDocument
{
    [JsonPropertyName("containerIdentifier")]
    public required ContainerIdentifierDocument ContainerIdentifier { get; init; }

    [JsonPropertyName("beginTimestamp")]
    public required long BeginTimestamp { get; init; }

    [JsonPropertyName("endTimestamp")]
    public required long EndTimestamp { get; init; }

    [JsonPropertyName("containerImageName")]
    public required string ContainerImageName { get; init; }
}
