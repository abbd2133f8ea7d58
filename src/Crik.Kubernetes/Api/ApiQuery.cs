namespace Crik.Kubernetes.Api;

/// <summary>Writes the query of a request.</summary>
internal static class ApiQuery
{
    /// <returns>The query with its question mark. Parameters without a value are left out.</returns>
    public static string Of(params (string Name, string? Value)[] parameters)
    {
        string text = string.Join('&', parameters.Where(static parameter => parameter.Value is not null)
            .Select(static parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
        return text.Length == 0 ? "" : "?" + text;
    }
}
