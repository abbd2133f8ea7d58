using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Images;

/// <summary>An image that is to be made of an archive.</summary>
/// <param name="Repository">Such as `registry.example/team/checkpoints`.</param>
/// <param name="EncryptionSecret">A Secret of the type kubernetes.io/tls in the namespace of the container, or null.</param>
internal sealed record ImageOrder(string Repository, string Tag, SavedContainer Container, string? EncryptionSecret)
{
    /// <summary>The container runtime that made the archive, if that is known.</summary>
    public string? Runtime { get; init; }
}
