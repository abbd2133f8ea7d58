namespace Crik.Linux;

/// <summary>Compares absolute paths as text. A checkpoint compares thousands while the program is frozen, so nothing is allocated.</summary>
internal static class PathNames
{
    /// <summary>Whether a path is a directory or file itself, or is below it. Nothing but <c>/</c> counts as below <c>/</c>.</summary>
    public static bool IsBelow(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}
