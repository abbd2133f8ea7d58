using System.Text.RegularExpressions;

namespace Crik.Operator.Tests;

/// <summary>What the roles of charts/crik let the operator do. A stand-in for the API server refuses everything else with it.</summary>
internal static partial class ChartRights
{
    private static readonly HashSet<(string Verb, string Resource)> s_all =
    [
        .. Rule().Matches(File.ReadAllText(Repository.In("charts/crik/templates/rbac.yaml"))).SelectMany(rule =>
            from resource in Words(rule, "resources") from verb in Words(rule, "verbs") select (verb, resource)),
    ];

    /// <param name="path">The path of the request, such as `/api/v1/namespaces/team/pods/web-0`.</param>
    public static bool Allow(string method, string path, bool isWatch)
    {
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(path.StartsWith("/api/", StringComparison.Ordinal) ? 2 : 3)];
        parts = parts is ["namespaces", _, _, ..] ? parts[2..] : parts;
        string verb = (method, parts.Length) switch
        {
            ("GET", 1) => isWatch ? "watch" : "list",
            ("GET", _) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", _) => "delete",
            _ => method,
        };
        return s_all.Contains((verb, parts is [var kind, _, var subresource] ? $"{kind}/{subresource}" : parts[0]));
    }

    private static string[] Words(Match rule, string name) => rule.Groups[name].Value.Split(',', StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"resources: \[(?<resources>[^\]]*)\]\n(?:  resourceNames: .*\n)?  verbs: \[(?<verbs>[^\]]*)\]")]
    private static partial Regex Rule();
}
