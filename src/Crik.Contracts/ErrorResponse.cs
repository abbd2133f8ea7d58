using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The body of a refusal: 400, 401, 404 for a path that is not served, 405.</summary>
public sealed record ErrorResponse
{
    [JsonPropertyName("error")]
    public required string Error { get; init; }
}
