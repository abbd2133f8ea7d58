using System.Text.Json.Nodes;

namespace Crik.StandIn.Resources;

/// <summary>What the path of a request names.</summary>
/// <param name="Type">The plural name with the group behind it, such as `pods` or `leases.coordination.k8s.io`.</param>
/// <param name="Space">The namespace. Empty: all of them, or a type without namespaces.</param>
/// <param name="Name">Empty: all objects.</param>
/// <param name="Part">The subresource. Empty: the object itself.</param>
public sealed record ResourcePath(string Type, string Space, string Name, string Part)
{
    /// <returns>Null if the path names no resource.</returns>
    public static ResourcePath? Parse(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string group, string[] rest) = parts switch
        {
            ["api", "v1", .. var core] => ("", core),
            ["apis", var named, _, .. var others] => ("." + named, others),
            _ => ("", []),
        };
        return rest switch
        {
            ["namespaces", var space, var plural, .. var tail] => new ResourcePath(plural + group, space, At(tail, 0), At(tail, 1)),
            [var plural, .. var tail] => new ResourcePath(plural + group, "", At(tail, 0), At(tail, 1)),
            _ => null,
        };
    }

    public static (string Space, string Name) KeyOf(JsonObject item) =>
        ((string?)item["metadata"]!["namespace"] ?? "", (string)item["metadata"]!["name"]!);

    private static string At(string[] parts, int index) => Uri.UnescapeDataString(parts.ElementAtOrDefault(index) ?? "");
}
