using System.Text.Json.Nodes;

namespace Crik.Kubectl.Yaml;

/// <summary>A value in a YAML text, and where it is: from <paramref name="Start"/> up to, but not including, <paramref name="End"/>.</summary>
internal abstract record YamlPart(int Start, int End)
{
    /// <summary>Aliases are replaced by what they stand for, and merge keys (`&lt;&lt;`) by what they bring.</summary>
    public abstract JsonNode? ToJson();
}

/// <param name="Value">As kubectl understands it: a string, number, boolean or null.</param>
/// <param name="Text">Without quotes and escapes.</param>
/// <param name="IsBlock">Whether it is a literal (`|`) or folded (`>`) text.</param>
internal sealed record YamlScalar(int Start, int End, string Text, JsonNode? Value, bool IsBlock) : YamlPart(Start, End)
{
    public bool IsAbsent => Start == End;

    public override JsonNode? ToJson() => Value?.DeepClone();
}

internal sealed record YamlAlias(int Start, int End, string Name, YamlPart Target) : YamlPart(Start, End)
{
    public override JsonNode? ToJson() => Target.ToJson();
}

/// <param name="Colon">The place after the colon.</param>
internal sealed record YamlEntry(YamlScalar Key, int Colon, YamlPart Value)
{
    public int Start => Key.Start;

    public int End => Math.Max(Value.End, Colon);
}

internal sealed record YamlMapping(int Start, int End, bool IsFlow, IReadOnlyList<YamlEntry> Entries) : YamlPart(Start, End)
{
    public const string MergeKey = "<<";

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key);

    public override JsonNode ToJson()
    {
        JsonObject json = [];
        foreach (YamlEntry entry in Entries.Where(static entry => entry.Key.Text != MergeKey))
        {
            json[entry.Key.Text] = entry.Value.ToJson();
        }

        foreach (JsonObject merged in Merged())
        {
            foreach ((string key, JsonNode? value) in merged.Where(pair => !json.ContainsKey(pair.Key)))
            {
                json[key] = value?.DeepClone();
            }
        }

        return json;
    }

    /// <summary>What the merge keys bring. The first one that has a key wins (https://yaml.org/type/merge.html).</summary>
    public IEnumerable<JsonObject> Merged() => Entries.Where(static entry => entry.Key.Text == MergeKey)
        .SelectMany(static entry => entry.Value.ToJson() switch
        {
            JsonObject one => [one],
            JsonArray several => several.OfType<JsonObject>(),
            _ => [],
        });
}

/// <param name="Dash">The place of its dash. In flow style it is the place of the item itself.</param>
internal sealed record YamlItem(int Dash, YamlPart Value)
{
    public int End => Math.Max(Value.End, Dash + 1);
}

internal sealed record YamlSequence(int Start, int End, bool IsFlow, IReadOnlyList<YamlItem> Items) : YamlPart(Start, End)
{
    public override JsonNode ToJson() => new JsonArray([.. Items.Select(static item => item.Value.ToJson())]);
}
