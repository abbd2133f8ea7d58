namespace Crik.Kubernetes.Api;

/// <summary>A type of objects: its group, which is empty for the core group, its version, and its plural name.</summary>
public sealed record ResourceType(string Group, string Version, string Plural)
{
    /// <summary>Types of the core group, such as `nodes` and `pods`.</summary>
    public static ResourceType Core(string plural) => new("", "v1", plural);

    /// <param name="space">The namespace, or null for all namespaces and for objects without one.</param>
    /// <param name="name">The object, or null for all of them.</param>
    /// <param name="subresource">Such as `status`.</param>
    public string Path(string? space = null, string? name = null, string? subresource = null)
    {
        string root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        string inside = space is null ? "" : $"/namespaces/{Uri.EscapeDataString(space)}";
        string one = name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        return $"{root}{inside}/{Plural}{one}{(subresource is null ? "" : $"/{subresource}")}";
    }
}
