using System.Text;
using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Tells which pods are on their way to which node, so that no room is given away twice. It is pure.</summary>
internal static class ComingPods
{
    /// <param name="migrations">All PodMigrations of the cluster.</param>
    /// <param name="pods">All pods of the cluster.</param>
    /// <returns>By node: a pod that asks for as much as the one that comes.</returns>
    public static ILookup<string, JsonObject> Of(IReadOnlyList<PodMigrationDocument> migrations, IReadOnlyList<JsonObject> pods)
    {
        Dictionary<string, JsonObject> known = new(StringComparer.Ordinal), replacements = new(StringComparer.Ordinal);
        foreach (JsonObject pod in pods)
        {
            known[pod.At("metadata", "uid").Text() ?? ""] = pod;
            if (pod.At("metadata", "annotations", PodMigrationNames.ReplacesAnnotation).Text() is { } replaced)
            {
                replacements[replaced] = pod;
            }
        }

        return migrations.SelectMany(static item => item.Status?.Pods ?? [])
            .Where(static move => move is { IsUnderWay: true, Reason: null, Destination: not null })
            .Select(move => (Node: move.Destination!, Pod: Find(move, known, replacements)))
            .Where(static one => one.Pod is { } pod && pod.At("spec", "nodeName").Text() != one.Node)
            .ToLookup(static one => one.Node, static one => one.Pod!, StringComparer.Ordinal);
    }

    private static JsonObject? Find(PodMove move, Dictionary<string, JsonObject> known, Dictionary<string, JsonObject> replacements) =>
        known.GetValueOrDefault(move.Replacement?.Uid ?? "") ?? replacements.GetValueOrDefault(move.Uid ?? "")
        ?? known.GetValueOrDefault(move.Uid ?? "") ?? (move.Manifest is { } manifest ? UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(manifest)) : null);
}
