namespace Crik.Operator.Migrations.Placing;

/// <summary>
/// Compares the processors of two nodes by the labels of Node Feature Discovery, if both have them. crik refuses to restore a program
/// on a processor that lacks what the old one had. It is pure.
/// </summary>
internal static class Processors
{
    private const string Prefix = "feature.node.kubernetes.io/cpu-cpuid.";

    /// <returns>The features that the destination lacks. None if nobody knows the features of a node.</returns>
    public static IReadOnlyList<string> MissingFrom(MigrationNode destination, MigrationNode? source)
    {
        HashSet<string> there = [.. Of(destination)];
        return source is null || there.Count == 0 ? [] : [.. Of(source).Where(feature => !there.Contains(feature))];
    }

    private static IEnumerable<string> Of(MigrationNode node) => node.Labels
        .Where(static label => label.Key.StartsWith(Prefix, StringComparison.Ordinal) && label.Value is "true").Select(static label => label.Key[Prefix.Length..]);
}
