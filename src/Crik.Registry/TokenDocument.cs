using System.Text.Json.Serialization;

namespace Crik.Registry;

/// <summary>The answer of a token server (distribution, spec/auth/token.md). Either of the two fields has the token.</summary>
internal sealed record TokenDocument(string? Token, [property: JsonPropertyName("access_token")] string? AccessToken);
