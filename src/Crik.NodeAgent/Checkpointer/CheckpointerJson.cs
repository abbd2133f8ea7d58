using System.Text.Json.Serialization;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The serializers for the JSON of the Checkpointer. Go, in which the original is written, reads keys in any case.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(IdentifierDocument))]
internal sealed partial class CheckpointerJson : JsonSerializerContext;
