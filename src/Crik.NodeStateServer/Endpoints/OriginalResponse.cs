using System.Text.Json.Serialization;
using Crik.Contracts;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// The answer for clients of the original server. It has only these two keys, and the state is `unknown` or
/// `shutting-down`.
/// </summary>
internal sealed record OriginalResponse(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("state")] NodeState State);

[JsonSerializable(typeof(OriginalResponse))]
internal sealed partial class OriginalJson : JsonSerializerContext;
