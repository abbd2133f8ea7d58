namespace Crik.Pods;

/// <summary>What the rules need to know about the namespace of a pod.</summary>
public sealed record NamespaceFacts(string Name, IReadOnlyDictionary<string, string> Labels)
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>A namespace of which nothing is known.</summary>
    public static NamespaceFacts Unknown { get; } = new("", s_none);
}
