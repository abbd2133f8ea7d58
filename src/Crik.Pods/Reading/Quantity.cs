using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.Pods.Reading;

/// <summary>Reads amounts of resources, such as `500m` and `1Gi` (apimachinery, resource.Quantity).</summary>
public static class Quantity
{
    private static readonly (string Suffix, double Factor)[] s_suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ];

    /// <returns>Null if it is no quantity.</returns>
    public static double? Read(JsonNode? node) => node.Number() is { } whole ? whole : node.Text() is { } text ? Read(text) : null;

    /// <inheritdoc cref="Read(JsonNode?)"/>
    public static double? Read(string text)
    {
        (string suffix, double factor) = s_suffixes.FirstOrDefault(one => text.EndsWith(one.Suffix, StringComparison.Ordinal), ("", 1));
        return double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number * factor : null;
    }
}
