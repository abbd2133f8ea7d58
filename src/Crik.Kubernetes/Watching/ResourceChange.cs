namespace Crik.Kubernetes.Watching;

/// <summary>One report of a <see cref="ResourceFollower{T}"/>.</summary>
/// <param name="Version">The version that was reached, if this report has one.</param>
/// <param name="Item">The object that exists or was deleted.</param>
/// <param name="Trouble">What failed. Only <see cref="ResourceChangeKind.Failed"/> has it.</param>
public readonly record struct ResourceChange<T>(ResourceChangeKind Kind, string? Version = null, T? Item = null, FollowTrouble? Trouble = null)
    where T : class;

/// <summary>Why a list or a watch failed.</summary>
/// <param name="ListsAgain">Whether the API server no longer has the version, so that all objects are listed again.</param>
/// <param name="Pause">The time until the next try.</param>
public sealed record FollowTrouble(string Problem, bool ListsAgain, TimeSpan Pause)
{
    /// <summary>The API server answers that it does not have the type: its CustomResourceDefinition or its API is missing.</summary>
    public bool IsTypeMissing { get; init; }
}
