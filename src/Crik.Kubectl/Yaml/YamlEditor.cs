using System.Text.Json.Nodes;
using Crik.Pods;

namespace Crik.Kubectl.Yaml;

/// <summary>
/// Changes a YAML document as text: only what a change is about gets another text, and comments, order, quotes and line
/// breaks stay as they are.
/// </summary>
internal static class YamlEditor
{
    /// <summary>How many aliases on the way to one value are replaced by copies before it looks like a circle.</summary>
    private const int MostCopies = 100;

    /// <summary>Applies changes in their order.</summary>
    /// <param name="below">The JSON pointer to the object that the paths of the changes begin at, such as `/spec/template`.</param>
    /// <exception cref="YamlProblemException">The text is not YAML, or a change cannot be written without changing something else.</exception>
    /// <exception cref="FormatException">A path leads nowhere.</exception>
    public static string Apply(string text, IReadOnlyList<PodChange> changes, string below = "")
    {
        YamlText document = YamlReader.Read(text);
        foreach (PodChange change in changes)
        {
            document = Apply(document, change with { Path = below + change.Path });
        }

        return document.Text;
    }

    private static YamlText Apply(YamlText before, PodChange change)
    {
        JsonObject old = before.Root?.ToJson() as JsonObject ?? throw new YamlProblemException(1, "this document is not a mapping");
        JsonObject wanted = JsonPatch.Apply(old, [change]);
        YamlStyle style = YamlStyle.Of(before);
        YamlText document = before;
        foreach (YamlStep step in YamlStep.Between(old, wanted, []))
        {
            document = Apply(document, step, style);
        }

        return JsonNode.DeepEquals(document.Root?.ToJson(), wanted)
            ? document
            : throw new YamlProblemException(LineOf(before, change), $"cannot change {change.Path} without changing something else: {Why(before)}");
    }

    private static YamlText Apply(YamlText document, YamlStep step, YamlStyle style)
    {
        for (int i = 0; i < MostCopies; i++)
        {
            YamlPlace place = YamlPlace.Find(document, step);
            YamlSplice splice = new(document, style);
            document = YamlReader.Read(place switch
            {
                YamlPlace.Direct(var parent) => splice.Apply(parent, step),
                YamlPlace.BehindAlias(var parent, var alias) => splice.Apply(parent, alias),
                YamlPlace.Merged(var mapping, var copy) => splice.Apply(mapping, copy),
                _ => throw new InvalidOperationException("nobody knows this place"),
            });
            if (place is YamlPlace.Direct)
            {
                return document;
            }
        }

        throw new YamlProblemException(1, $"too many aliases on the way to /{string.Join('/', step.Path)}");
    }

    private static string Why(YamlText document) => document.Text.Contains('&')
        ? "the value has an anchor (&) that other places use; write the value out in those places"
        : "it is written in a way that this program does not know; write that part in the ordinary style";

    private static int LineOf(YamlText document, PodChange change)
    {
        YamlPart? part = document.Root;
        int line = 1;
        foreach (string step in change.Path.Split('/').Skip(1))
        {
            part = part switch
            {
                YamlMapping map when map.Find(step) is { } entry => entry.Value,
                YamlSequence list when int.TryParse(step, out int index) && index < list.Items.Count => list.Items[index].Value,
                _ => null,
            };
            if (part is null)
            {
                return line;
            }

            line = document.Line(part.Start);
        }

        return line;
    }
}
