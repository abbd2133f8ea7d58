using System.Text.Json.Nodes;

namespace Crik.Pods.Drafting;

/// <summary>Where a selector leads in a pod.</summary>
internal sealed record Place(string Pointer, JsonNode? Value)
{
    /// <returns>Null if it leads nowhere, because somebody removed it.</returns>
    public static Place? Find(JsonObject pod, string selector)
    {
        Place place = new("", pod);
        foreach (string step in selector.Split('/').Skip(1))
        {
            if (place.Value is JsonArray list)
            {
                int index = ItemName.Parse(JsonPatch.Unescape(step))?.FindIn(list) ?? -1;
                if (index < 0)
                {
                    return null;
                }

                place = new Place($"{place.Pointer}/{index}", list[index]);
            }
            else if (place.Value is JsonObject map && map.TryGetPropertyValue(JsonPatch.Unescape(step), out JsonNode? value))
            {
                place = new Place($"{place.Pointer}/{step}", value);
            }
            else
            {
                return null;
            }
        }

        return place;
    }
}
