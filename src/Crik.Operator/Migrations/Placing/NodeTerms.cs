using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Says whether a node has what a pod, or a PersistentVolume, requires of it (NodeSelector of core/v1).</summary>
internal static class NodeTerms
{
    /// <param name="selector">A NodeSelector with nodeSelectorTerms, of which one has to match. Null matches every node.</param>
    public static bool Match(JsonNode? selector, MigrationNode node) =>
        selector.At("nodeSelectorTerms") is not JsonArray terms || terms.Maps().Any(term => MatchTerm(term, node));

    /// <summary>A term without requirements matches nothing, as for the scheduler.</summary>
    private static bool MatchTerm(JsonObject term, MigrationNode node)
    {
        JsonObject[] labels = [.. term.At("matchExpressions").Maps()], fields = [.. term.At("matchFields").Maps()];
        return labels.Length + fields.Length > 0
            && labels.All(one => Match(one, node.Labels.GetValueOrDefault(one.At("key").Text() ?? "")))
            && fields.All(one => one.At("key").Text() is "metadata.name" && Match(one, node.Name));
    }

    private static bool Match(JsonObject requirement, string? value)
    {
        IReadOnlyList<string> values = requirement.At("values").Texts();
        return requirement.At("operator").Text() switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, values) > 0,
            "Lt" => Compare(value, values) < 0,
            _ => false,
        };
    }

    private static int Compare(string? value, IReadOnlyList<string> values) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out long left) && values is [var only] && long.TryParse(only, CultureInfo.InvariantCulture, out long right)
            ? left.CompareTo(right) : 0;
}
