using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn.Resources;

/// <summary>Which objects a list or a watch asks for.</summary>
public sealed partial record ResourceQuery(string Labels, string Fields, int Limit, string Continue)
{
    public static ResourceQuery Of(HttpRequest request) => new(
        (string?)request.Query["labelSelector"] ?? "", (string?)request.Query["fieldSelector"] ?? "",
        int.Parse((string?)request.Query["limit"] ?? "0", CultureInfo.InvariantCulture), (string?)request.Query["continue"] ?? "");

    public bool Matches(JsonObject item) =>
        Split().Split(Labels).Where(static one => one.Length > 0).All(one => MatchesLabel(item["metadata"]!["labels"], one))
        && Fields.Split(',', StringSplitOptions.RemoveEmptyEntries).All(one => MatchesField(item, one.Split('=')));

    private static bool MatchesLabel(JsonNode? labels, string requirement)
    {
        if (In().Match(requirement) is { Success: true } some)
        {
            bool isIn = some.Groups[3].Value.Split(',').Contains((string?)labels?[some.Groups[1].Value]);
            return isIn == (some.Groups[2].Value is "in");
        }

        return requirement.Split("!=") is [var other, var not] ? (string?)labels?[other] != not
            : requirement.Split('=') is [var key, .., var value] ? (string?)labels?[key] == value
            : requirement.StartsWith('!') ? labels?[requirement[1..]] is null
            : labels?[requirement] is not null;
    }

    private static bool MatchesField(JsonObject item, string[] requirement) =>
        (string?)requirement[0].Split('.').Aggregate((JsonNode?)item, static (node, step) => node?[step]) == requirement[^1];

    /// <summary>A comma between requirements, not one between values.</summary>
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Split();

    [GeneratedRegex(@"^(\S+) (in|notin) \(([^)]*)\)$")]
    private static partial Regex In();
}
