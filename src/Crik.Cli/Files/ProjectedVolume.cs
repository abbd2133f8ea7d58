namespace Crik.Files;

/// <summary>
/// Finds files of the volumes that the kubelet fills: ConfigMaps, Secrets, projected volumes and the downward API. Such a volume has its files
/// in a directory with the time in its name, to which the link <c>..data</c> leads (pkg/volume/util/atomic_writer.go of Kubernetes). The
/// directory is another one in each pod, and after each update.
/// </summary>
internal static class ProjectedVolume
{
    private const string DataLink = "..data";

    /// <returns>The path that the file has in this pod now; <see langword="null"/> when it is on no such volume, or has this path.</returns>
    public static string? Move(string path) => Move(path, ProcFs.Link);

    /// <param name="link">Reads a symbolic link.</param>
    public static string? Move(string path, Func<string, string?> link)
    {
        for (int start = path.IndexOf("/..", StringComparison.Ordinal); start >= 0; start = path.IndexOf("/..", start + 1, StringComparison.Ordinal))
        {
            int end = path.IndexOf('/', start + 1);
            end = end < 0 ? path.Length : end;
            string name = path[(start + 1)..end];
            if (IsTimestamp(name) && link($"{path[..start]}/{DataLink}") is { } now && IsTimestamp(now) && now != name)
            {
                return $"{path[..start]}/{now}{path[end..]}";
            }
        }

        return null;
    }

    /// <summary>Whether the name is one of a directory that the kubelet makes, such as <c>..2026_11_22_21_40_09.1234567890</c>.</summary>
    private static bool IsTimestamp(string name) => name.Length > 7 && name.StartsWith("..", StringComparison.Ordinal)
        && name.AsSpan(2, 4).IndexOfAnyExceptInRange('0', '9') < 0 && name[6] == '_' && !name.Contains('/', StringComparison.Ordinal);
}
