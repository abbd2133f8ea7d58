using System.Text.Json.Serialization;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The container of an <see cref="EntryDocument"/>.</summary>
internal sealed class ContainerIdentifierDocument
{
    [JsonPropertyName("namespace")]
    public required string Namespace { get; init; }

    [JsonPropertyName("pod")]
    public required string Pod { get; init; }

    [JsonPropertyName("container")]
    public required string Container { get; init; }
}
