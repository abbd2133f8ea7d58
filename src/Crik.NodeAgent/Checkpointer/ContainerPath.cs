using System.Text.RegularExpressions;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The container that a request names in its path. Only names that the API server would accept are let through.</summary>
internal sealed partial record ContainerPath(string Namespace, string Pod, string Container)
{
    private const int LongestLabel = 63;
    private const int LongestSubdomain = 253;

    /// <param name="segments">What stands behind `/checkpoint/`, as the client has sent it. It is unescaped once.</param>
    /// <returns>Null if it is no `NAMESPACE/POD/CONTAINER`.</returns>
    public static ContainerPath? Parse(string segments) =>
        segments.Split('/') is [var space, var pod, var container]
            && Name(space, LongestLabel) is { } inSpace && Name(pod, LongestSubdomain) is { } ofPod && Name(container, LongestLabel) is { } named
            && !inSpace.Contains('.', StringComparison.Ordinal) && !named.Contains('.', StringComparison.Ordinal)
            ? new ContainerPath(inSpace, ofPod, named)
            : null;

    private static string? Name(string segment, int longest) =>
        Uri.UnescapeDataString(segment) is { } name && name.Length <= longest && Subdomain().IsMatch(name) ? name : null;

    /// <summary>A DNS subdomain (RFC 1123). Without dots it is a label. `\z` and not `$`, which accepts a line break at the end.</summary>
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
