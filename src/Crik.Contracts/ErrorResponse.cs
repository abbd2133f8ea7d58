using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The body of a refused request. It says why the server refused it.</summary>
public sealed record ErrorResponse
{
    [JsonPropertyName("error")]
    public required string Error { get; init; }
}
