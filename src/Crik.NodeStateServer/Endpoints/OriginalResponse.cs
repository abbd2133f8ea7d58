using System.Text.Json.Serialization;
using Crik.Contracts;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>What crik before this one understands: no more than two keys, `unknown` or `shutting-down`.</summary>
internal sealed record OriginalResponse(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("state")] NodeState State);

[JsonSerializable(typeof(OriginalResponse))]
internal sealed partial class OriginalJson : JsonSerializerContext;
