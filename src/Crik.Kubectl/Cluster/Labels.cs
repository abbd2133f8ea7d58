using System.Text.Json.Nodes;

namespace Crik.Kubectl.Cluster;

/// <summary>Reads the labels of an object.</summary>
internal static class Labels
{
    public static Dictionary<string, string> Of(JsonObject item) =>
        (item.At("metadata", "labels") as JsonObject ?? []).Where(static pair => pair.Value.Text() is not null).ToDictionary(static pair => pair.Key, static pair => pair.Value.Text()!);
}
