namespace Crik.Kubernetes.Resources;

/// <summary>The name of an object.</summary>
/// <param name="Namespace">Null for a type without namespaces.</param>
public sealed record ObjectName(string? Namespace, string Name)
{
    /// <summary>The name of an object that has no namespace, such as a Node.</summary>
    public static ObjectName Global(string name) => new(null, name);
}
