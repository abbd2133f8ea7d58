using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>Source-generated: both programs are native, without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeStateResponse))]
[JsonSerializable(typeof(NodeListResponse))]
[JsonSerializable(typeof(ErrorResponse))]
public sealed partial class ContractsJson : JsonSerializerContext;
