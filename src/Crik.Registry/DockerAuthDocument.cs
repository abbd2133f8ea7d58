using System.Text.Json.Serialization;

namespace Crik.Registry;

internal sealed record DockerAuthDocument(
    string? Username, string? Password, string? Auth, [property: JsonPropertyName("identitytoken")] string? IdentityToken);
