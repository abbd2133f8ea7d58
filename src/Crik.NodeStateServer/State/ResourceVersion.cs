using System.Globalization;

namespace Crik.NodeStateServer.State;

/// <summary>
/// A resource version that can be compared. From Kubernetes 1.35 on, versions of one resource are documented as decimal
/// numbers that grow (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions), and etcd's always were.
/// </summary>
internal static class ResourceVersion
{
    /// <returns>The number, or null for what is no decimal number or is 0, which means any version.</returns>
    public static ulong? Parse(ReadOnlySpan<char> text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number > 0 ? number : null;
}
