using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>
/// The JSON serializers of the shared types. They are source-generated, because both programs are native and have no
/// reflection.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeStateResponse))]
[JsonSerializable(typeof(NodeListResponse))]
[JsonSerializable(typeof(ErrorResponse))]
public sealed partial class ContractsJson : JsonSerializerContext;
