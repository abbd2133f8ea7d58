using System.Text.Json.Serialization;

namespace Crik.Registry;

/// <summary>The configuration of an image: OCI image-spec, config.md.</summary>
internal sealed record ImageConfigurationDocument(string? Os, string? Architecture, ImageConfigDocument? Config);

/// <summary>The names of these fields begin with a capital letter.</summary>
internal sealed record ImageConfigDocument(
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string?>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string?>? Command,
    [property: JsonPropertyName("User")] string? User);
