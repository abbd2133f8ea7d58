using System.Text.Json;

namespace Crik.Registry;

/// <summary>Why a registry refuses a request: distribution-spec, error codes.</summary>
internal sealed record ErrorsDocument(IReadOnlyList<ErrorDocument?>? Errors);

internal sealed record ErrorDocument(string? Code, string? Message, JsonElement? Detail);
