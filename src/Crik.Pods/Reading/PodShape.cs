using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crik.Pods.Reading;

/// <summary>
/// Checks that an object has the shape of a pod, as far as injection reads or changes it. A missing field and null are
/// the same, as for the API server.
/// </summary>
internal static class PodShape
{
    private static readonly (string Path, Shape Shape)[] s_pod =
    [
        ("metadata", Shape.Map), ("metadata/name", Shape.Text), ("metadata/labels", Shape.TextMap), ("metadata/annotations", Shape.TextMap),
        ("spec", Shape.Map), ("spec/securityContext", Shape.Map), ("spec/terminationGracePeriodSeconds", Shape.Number),
        ("spec/volumes", Shape.NamedMaps), ("spec/initContainers", Shape.NamedMaps), ("spec/containers", Shape.NamedMaps),
    ];

    private static readonly (string Path, Shape Shape)[] s_container =
    [
        ("image", Shape.Text), ("command", Shape.Texts), ("args", Shape.Texts), ("env", Shape.NamedMaps), ("volumeMounts", Shape.NamedMaps),
        ("securityContext", Shape.Map), ("securityContext/seccompProfile", Shape.Map), ("securityContext/capabilities", Shape.Map),
        ("securityContext/capabilities/add", Shape.Texts),
    ];

    private enum Shape { Map, TextMap, NamedMaps, Texts, Text, Number }

    /// <returns>What is wrong, as a sentence, or null.</returns>
    public static string? Problem(JsonObject pod)
    {
        if (IsUnreadable(pod))
        {
            return "An object in the pod has a key twice, or a text is no valid Unicode.";
        }

        if (Check(pod, "", s_pod) is { } problem)
        {
            return problem;
        }

        if (pod.At("spec", "containers") is not JsonArray { Count: > 0 } containers)
        {
            return "The pod has no containers.";
        }

        for (int i = 0; i < containers.Count; i++)
        {
            if (Check(containers[i], $"spec/containers/{i}/", s_container) is { } inContainer)
            {
                return inContainer;
            }
        }

        return RepeatedName(containers);
    }

    /// <summary>
    /// Whether an object in it has a key twice, or a text is half of a surrogate pair. System.Text.Json notices that, and
    /// throws, when it first uses the object or the text.
    /// </summary>
    public static bool IsUnreadable(JsonObject root)
    {
        try
        {
            Walk(root);
            return false;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    private static string? Check(JsonNode? node, string below, (string Path, Shape Shape)[] fields)
    {
        foreach ((string path, Shape shape) in fields)
        {
            if (node.At(path.Split('/')) is { } found && !Has(found, shape))
            {
                return $"{below}{path} must be {Describe(shape)}.";
            }
        }

        return null;
    }

    private static string? RepeatedName(JsonArray containers)
    {
        HashSet<string> names = [];
        return containers.Select(container => container.At("name").Text()!).FirstOrDefault(name => !names.Add(name)) is { } twice
            ? $"Two containers have the name {twice}." : null;
    }

    private static bool Has(JsonNode node, Shape shape) => shape switch
    {
        Shape.Map => node is JsonObject,
        Shape.TextMap => node is JsonObject map && map.All(entry => entry.Value.Text() is not null),
        Shape.NamedMaps => node is JsonArray list && list.All(item => item.At("name").Text() is { Length: > 0 }),
        Shape.Texts => node is JsonArray list && list.All(item => item.Text() is not null),
        Shape.Text => node.Text() is not null,
        _ => node.Number() is not null,
    };

    private static string Describe(Shape shape) => shape switch
    {
        Shape.Map => "an object",
        Shape.TextMap => "an object with texts as values",
        Shape.NamedMaps => "a list of objects with names",
        Shape.Texts => "a list of texts",
        Shape.Text => "a text",
        _ => "a whole number",
    };

    private static void Walk(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach ((_, JsonNode? value) in map)
            {
                Walk(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (JsonNode? item in list)
            {
                Walk(item);
            }
        }
        else if (node?.GetValueKind() is JsonValueKind.String)
        {
            _ = node.Text();
        }
    }
}
