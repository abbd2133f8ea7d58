using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.Pods;

/// <summary>Writes changes as a JSON patch (RFC 6902), and applies them.</summary>
public static class JsonPatch
{
    /// <param name="below">The pointer to the pod inside the object that is patched: `/spec/template` in a Deployment.</param>
    public static JsonArray ToJson(IReadOnlyList<PodChange> changes, string below = "")
    {
        JsonArray patch = [];
        foreach (PodChange change in changes)
        {
            JsonObject operation = new() { ["op"] = Name(change.Kind), ["path"] = below + change.Path };
            if (change.Kind is not ChangeKind.Remove)
            {
                operation["value"] = change.Value?.DeepClone();
            }

            patch.Add((JsonNode)operation);
        }

        return patch;
    }

    /// <returns>A changed copy.</returns>
    /// <exception cref="FormatException">A path leads nowhere: the changes were made for another object.</exception>
    public static JsonObject Apply(JsonObject pod, IReadOnlyList<PodChange> changes)
    {
        JsonObject copy = (JsonObject)pod.DeepClone();
        foreach (PodChange change in changes)
        {
            ApplyTo(copy, change);
        }

        return copy;
    }

    /// <summary>Applies one change to the object itself.</summary>
    internal static void ApplyTo(JsonObject pod, PodChange change)
    {
        string[] steps = [.. change.Path.Split('/').Skip(1).Select(Unescape)];
        JsonNode? parent = pod;
        foreach (string step in steps[..^1])
        {
            parent = parent switch
            {
                JsonObject map when map.TryGetPropertyValue(step, out JsonNode? value) => value,
                JsonArray list when IndexIn(list, step, list.Count - 1) is { } index => list[index],
                _ => throw LeadsNowhere(change),
            };
        }

        switch (parent)
        {
            case JsonObject map:
                ChangeMap(map, steps[^1], change);
                break;
            case JsonArray list:
                ChangeList(list, steps[^1], change);
                break;
            default:
                throw LeadsNowhere(change);
        }
    }

    /// <summary>The JSON pointer of an annotation of a pod.</summary>
    public static string Annotation(string name) => $"/metadata/annotations/{Escape(name)}";

    /// <summary>A name as one step of a JSON pointer (RFC 6901).</summary>
    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    internal static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static void ChangeMap(JsonObject map, string key, PodChange change)
    {
        if (change.Kind is not ChangeKind.Add && !map.ContainsKey(key))
        {
            throw LeadsNowhere(change);
        }

        if (change.Kind is ChangeKind.Remove)
        {
            map.Remove(key);
        }
        else
        {
            map[key] = change.Value?.DeepClone();
        }
    }

    private static void ChangeList(JsonArray list, string step, PodChange change)
    {
        int index = change.Kind is ChangeKind.Add && step is "-" ? list.Count
            : IndexIn(list, step, change.Kind is ChangeKind.Add ? list.Count : list.Count - 1) ?? throw LeadsNowhere(change);
        switch (change.Kind)
        {
            case ChangeKind.Add:
                list.Insert(index, change.Value?.DeepClone());
                break;
            case ChangeKind.Replace:
                list[index] = change.Value?.DeepClone();
                break;
            default:
                list.RemoveAt(index);
                break;
        }
    }

    private static int? IndexIn(JsonArray list, string step, int last) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= last ? index : null;

    private static string Name(ChangeKind kind) => kind switch { ChangeKind.Add => "add", ChangeKind.Replace => "replace", _ => "remove" };

    private static FormatException LeadsNowhere(PodChange change) => new($"{change.Path} leads nowhere in this object");
}
