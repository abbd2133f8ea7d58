namespace Crik.Kubernetes.Resources;

/// <summary>One page of a list.</summary>
/// <param name="Version">The version of the whole list, from which a watch can start.</param>
/// <param name="Continue">The token for the next page, or null on the last page.</param>
public sealed record ResourcePage<T>(IReadOnlyList<T> Items, string? Version, string? Continue);
