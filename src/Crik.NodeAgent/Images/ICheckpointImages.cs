namespace Crik.NodeAgent.Images;

/// <summary>The images of checkpoints in registries. Every method throws an <see cref="CheckpointImageException"/> if it fails.</summary>
internal interface ICheckpointImages
{
    /// <summary>Why the Secret cannot be used for encryption, as a sentence, or null.</summary>
    /// <exception cref="Kubernetes.Api.KubernetesException">The API server did not answer.</exception>
    Task<string?> EncryptionProblemAsync(string space, string secret, CancellationToken cancellationToken);

    /// <returns>The image as `REPOSITORY@sha256:…`, or null if the tag has no whole image of this checkpoint.</returns>
    Task<string?> FindAsync(ImageOrder order, CancellationToken cancellationToken);

    /// <summary>Makes the image of an archive, uploads it and reads it back.</summary>
    /// <param name="open">Opens the archive. It can be called several times.</param>
    /// <returns>The image as `REPOSITORY@sha256:…`.</returns>
    Task<string> PushAsync(ImageOrder order, Func<Stream> open, CancellationToken cancellationToken);

    /// <summary>Deletes the image with a tag, if there is one.</summary>
    Task DeleteAsync(string repository, string tag, CancellationToken cancellationToken);
}
