using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.Pods.Tests;

/// <summary>Reads manifests as the API server gets them from kubectl.</summary>
internal static class YamlDocuments
{
    public static JsonObject[] Read(string path)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(File.ReadAllText(Repository.In(path))));
        return [.. stream.Documents.Select(document => (JsonObject)Of(document.RootNode)!)];
    }

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(entry.Key.ToString(), Of(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        _ => node.ToString(),
    };
}
