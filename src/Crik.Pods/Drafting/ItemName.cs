using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Drafting;

/// <summary>What tells an item of a list from the others.</summary>
/// <param name="Key">The field with the name, such as `mountPath`. Empty if the item itself is a text.</param>
internal sealed record ItemName(string Key, string Value)
{
    public static ItemName Of(JsonNode item, string key) => new(key, (key.Length == 0 ? item : item.At(key)).Text() ?? "");

    /// <summary>Reads a step of a selector. Null if the step is a key of an object.</summary>
    public static ItemName? Parse(string step) =>
        step is ['[', .. var inner, ']'] && inner.IndexOf('=', StringComparison.Ordinal) is >= 0 and var split
            ? new ItemName(inner[..split], inner[(split + 1)..]) : null;

    /// <returns>The index of the item, or -1.</returns>
    public int FindIn(JsonArray list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if ((Key.Length == 0 ? list[i] : list[i].At(Key)).Text() == Value)
            {
                return i;
            }
        }

        return -1;
    }
}
