using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.StandIn.Resources;

/// <summary>Applies a JSON merge patch (RFC 7396) or a JSON patch (RFC 6902: test, add, replace and remove).</summary>
public static class ObjectPatch
{
    /// <returns>Null if a test of the patch fails.</returns>
    public static JsonObject? Apply(JsonObject old, JsonNode patch, bool isMerge)
    {
        JsonObject next = old.DeepClone().AsObject();
        if (isMerge)
        {
            Merge(next, patch.AsObject());
            return next;
        }

        return patch.AsArray().All(operation => Do(next, operation!.AsObject())) ? next : null;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                JsonObject below = target[key] as JsonObject ?? [];
                Merge(below, inner);
                target[key] = below.Parent is null ? below : below.DeepClone();
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }

    /// <returns>False if it is a test that fails.</returns>
    private static bool Do(JsonObject target, JsonObject operation)
    {
        string[] steps = [.. ((string)operation["path"]!)[1..].Split('/').Select(static step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        JsonNode parent = steps[..^1].Aggregate((JsonNode)target, static (node, step) => node is JsonArray list ? list[Index(step)]! : node[step]!);
        JsonNode? value = operation["value"]?.DeepClone();
        switch ((string)operation["op"]!, parent)
        {
            case ("test", JsonObject map):
                return JsonNode.DeepEquals(map[steps[^1]], value);
            case ("remove", JsonObject map):
                map.Remove(steps[^1]);
                break;
            case (_, JsonObject map):
                map[steps[^1]] = value;
                break;
            case ("add", JsonArray list):
                list.Insert(steps[^1] is "-" ? list.Count : Index(steps[^1]), value);
                break;
            case ("replace", JsonArray list):
                list[Index(steps[^1])] = value;
                break;
            case ("remove", JsonArray list):
                list.RemoveAt(Index(steps[^1]));
                break;
        }

        return true;
    }

    private static int Index(string step) => int.Parse(step, CultureInfo.InvariantCulture);
}
