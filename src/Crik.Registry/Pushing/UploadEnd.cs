namespace Crik.Registry.Pushing;

/// <summary>How one upload ended. Anything else that keeps it from being stored is thrown.</summary>
internal abstract record UploadEnd
{
    /// <summary>The registry has the blob.</summary>
    public sealed record Stored(BlobDescriptor Blob) : UploadEnd;

    /// <summary>The registry does not have what it was sent any more. All of it has to be sent again.</summary>
    public sealed record Forgotten(RegistryException Why, TimeSpan? RetryAfter = null) : UploadEnd;

    /// <summary>What the registry made of the upload is something else than what was sent.</summary>
    public sealed record Spoiled(RegistryException Why) : UploadEnd;

    /// <summary>The registry takes blobs in one piece only.</summary>
    public sealed record ChunksRefused : UploadEnd;
}
