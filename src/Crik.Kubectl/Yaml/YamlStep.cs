using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Pods;

namespace Crik.Kubectl.Yaml;

/// <summary>One of the smallest changes: it adds one entry or item, removes one, or replaces a value that has nothing in common with the new one.</summary>
internal sealed record YamlStep(ChangeKind Kind, IReadOnlyList<string> Path, JsonNode? Value)
{
    public string Last => Path[^1];

    public int Index => int.Parse(Last, CultureInfo.InvariantCulture);

    /// <summary>
    /// Says what has to be changed so that an old value becomes a new one. What both have in common is not touched, so
    /// that its text stays: a command that gets words before it keeps its own words with their quotes and comments.
    /// </summary>
    public static IEnumerable<YamlStep> Between(JsonNode? old, JsonNode? wanted, IReadOnlyList<string> path) => (old, wanted) switch
    {
        _ when JsonNode.DeepEquals(old, wanted) => [],
        (JsonObject before, JsonObject after) => OfMap(before, after, path),
        (JsonArray before, JsonArray after) => OfList(before, after, path),
        _ => [new YamlStep(ChangeKind.Replace, path, wanted)],
    };

    private static IEnumerable<YamlStep> OfMap(JsonObject before, JsonObject after, IReadOnlyList<string> path)
    {
        foreach ((string key, JsonNode? value) in after)
        {
            IEnumerable<YamlStep> steps = before.TryGetPropertyValue(key, out JsonNode? old)
                ? Between(old, value, [.. path, key])
                : [new YamlStep(ChangeKind.Add, [.. path, key], value)];
            foreach (YamlStep step in steps)
            {
                yield return step;
            }
        }

        foreach (string key in before.Select(static pair => pair.Key).Where(key => !after.ContainsKey(key)))
        {
            yield return new YamlStep(ChangeKind.Remove, [.. path, key], null);
        }
    }

    private static IEnumerable<YamlStep> OfList(JsonArray before, JsonArray after, IReadOnlyList<string> path)
    {
        int shorter = Math.Min(before.Count, after.Count);
        int front = Enumerable.Range(0, shorter).TakeWhile(index => JsonNode.DeepEquals(before[index], after[index])).Count();
        int back = Enumerable.Range(1, shorter - front).TakeWhile(index => JsonNode.DeepEquals(before[^index], after[^index])).Count();
        int changed = shorter - front - back;
        for (int i = front; i < front + changed; i++)
        {
            foreach (YamlStep step in Between(before[i], after[i], At(i)))
            {
                yield return step;
            }
        }

        for (int i = front + changed; i < after.Count - back; i++)
        {
            yield return new YamlStep(ChangeKind.Add, At(i), after[i]);
        }

        for (int i = before.Count - back - 1; i >= front + changed && before.Count > after.Count; i--)
        {
            yield return new YamlStep(ChangeKind.Remove, At(i), null);
        }

        IReadOnlyList<string> At(int index) => [.. path, index.ToString(CultureInfo.InvariantCulture)];
    }
}
