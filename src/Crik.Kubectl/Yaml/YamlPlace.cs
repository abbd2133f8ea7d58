using System.Text.Json.Nodes;
using Crik.Pods;

namespace Crik.Kubectl.Yaml;

/// <summary>Where in a text a step takes place.</summary>
internal abstract record YamlPlace
{
    private YamlPlace()
    {
    }

    /// <param name="Parent">The mapping or list that holds what is changed.</param>
    public sealed record Direct(YamlPart Parent) : YamlPlace;

    /// <summary>An alias is on the way. It must become a copy first, because a change of its target would change other places.</summary>
    /// <param name="Copy">The step that puts the copy in the place of the alias.</param>
    public sealed record BehindAlias(YamlPart Parent, YamlStep Copy) : YamlPlace;

    /// <summary>The value comes from a merge key. A copy in the mapping itself must hide it first.</summary>
    /// <param name="Copy">The step that adds the copy.</param>
    public sealed record Merged(YamlMapping Mapping, YamlStep Copy) : YamlPlace;

    public static YamlPlace Find(YamlText document, YamlStep step)
    {
        YamlPart parent = document.Root!;
        for (int i = 0; i < step.Path.Count - 1; i++)
        {
            string key = step.Path[i];
            IReadOnlyList<string> path = [.. step.Path.Take(i + 1)];
            if (parent is YamlMapping map && map.Find(key) is null)
            {
                JsonNode copy = map.Merged().Select(merged => merged[key]).First(static value => value is not null)!;
                return new Merged(map, new YamlStep(ChangeKind.Add, path, copy.DeepClone()));
            }

            YamlPart child = parent is YamlMapping mapping
                ? mapping.Find(key)!.Value
                : ((YamlSequence)parent).Items[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)].Value;
            if (child is YamlAlias alias)
            {
                return new BehindAlias(parent, new YamlStep(ChangeKind.Replace, path, alias.ToJson()));
            }

            parent = child;
        }

        return parent is YamlMapping holder && step.Kind is not ChangeKind.Add && holder.Find(step.Last) is null
            ? step.Kind is ChangeKind.Replace
                ? new Merged(holder, step with { Kind = ChangeKind.Add })
                : throw new YamlProblemException(document.Line(holder.Start), $"cannot remove '{step.Last}', which a merge key (<<) brings; write the mapping out")
            : new Direct(parent);
    }
}
