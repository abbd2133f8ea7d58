using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Annotations;

/// <summary>The keys of crik's configuration. The schema in the documents is part of the program, so that there is one list.</summary>
internal static class ConfigurationKeys
{
    public static IReadOnlyList<ConfigurationKey> All { get; } = Read();

    public static ConfigurationKey? Find(string name) => All.FirstOrDefault(key => key.Name == name);

    private static List<ConfigurationKey> Read()
    {
        using Stream stream = typeof(ConfigurationKeys).Assembly.GetManifestResourceStream("configuration.schema.json")!;
        return [.. Of(JsonNode.Parse(stream), "")];
    }

    private static IEnumerable<ConfigurationKey> Of(JsonNode? schema, string prefix) =>
        (schema.At("properties") as JsonObject ?? []).SelectMany(property => property.Value.At("type").Text() is "object"
            ? Of(property.Value, $"{prefix}{property.Key}.")
            : [new ConfigurationKey(prefix + property.Key, (JsonObject)property.Value!)]);
}
