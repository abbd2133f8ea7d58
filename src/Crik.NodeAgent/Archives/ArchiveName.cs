using System.Globalization;

namespace Crik.NodeAgent.Archives;

/// <summary>The names that the kubelet gives to archives: `checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar` (CheckpointContainer in pkg/kubelet/kubelet.go).</summary>
internal static class ArchiveName
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ssK";

    /// <returns>When the kubelet began to make it, or null if it is not the name of an archive of this container.</returns>
    public static DateTimeOffset? TimeOf(string fileName, ContainerName container)
    {
        string start = $"checkpoint-{container.Pod}_{container.Namespace}-{container.Container}-";
        return fileName.StartsWith(start, StringComparison.Ordinal) && fileName.EndsWith(".tar", StringComparison.Ordinal) && fileName.Length > start.Length + 4
            && DateTimeOffset.TryParseExact(fileName[start.Length..^4], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
                ? time : null;
    }

    /// <summary>What the kubelet answers is not trusted: only a file directly in its directory is accepted.</summary>
    /// <returns>The name of the file, or null.</returns>
    public static string? Of(string path, string directory) =>
        Path.GetDirectoryName(path) == directory.TrimEnd('/') && Path.GetFileName(path) is { Length: > 4 and < 1024 } name
            && name[0] != '.' && name.EndsWith(".tar", StringComparison.Ordinal) && !name.Any(char.IsControl) ? name : null;
}
