using Crik.Registry.Pushing;

namespace Crik.Registry;

/// <summary>
/// One repository of a registry with the credentials for it, to read, push and delete there (OCI distribution-spec). It
/// does one thing at a time. Failures of the registry that may pass are tried again, as long as something moves.
/// </summary>
public sealed class RegistryRepository
{
    private readonly string _name;
    private readonly RegistryOptions _options;
    private readonly RepositoryRequests _requests;
    private readonly UploadRequests _uploads;

    internal RegistryRepository(string name, RepositoryRequests requests, RegistryOptions options)
    {
        (_name, _requests, _options) = (name, requests, options);
        _uploads = new UploadRequests(requests, options);
    }

    /// <summary>
    /// Uploads what the stream has, and computes its digest and size meanwhile. At most 8 MiB of it are in memory.
    /// </summary>
    /// <param name="open">
    /// Opens the content at its start. It is read once. It is opened and read again only if the registry loses the upload,
    /// or takes no chunks.
    /// </param>
    /// <param name="progress">
    /// Hears how many bytes the registry has, or was sent if it takes no chunks. The number falls when the upload begins again.
    /// </param>
    /// <exception cref="RegistryException">It cannot be uploaded. The message names the repository and says what to do.</exception>
    public Task<BlobDescriptor> UploadAsync(Func<Stream> open, IProgress<long>? progress, CancellationToken cancellationToken) => DoAsync(
        $"A blob cannot be pushed to {_name}", () => Upload(UploadChunk.UsualSize, progress).RunAsync(open, cancellationToken));

    /// <summary>Uploads a small content, unless the repository has it.</summary>
    /// <inheritdoc cref="UploadAsync(Func{Stream}, IProgress{long}?, CancellationToken)"/>
    public async Task<BlobDescriptor> UploadAsync(byte[] content, CancellationToken cancellationToken)
    {
        BlobDescriptor blob = new(ContentDigest.Sha256Of(content), content.Length);
        BlobUpload upload = Upload(Math.Min(content.Length + 1, UploadChunk.UsualSize), progress: null);
        return await DoAsync($"The blob {blob.Digest} cannot be pushed to {_name}", async () => await _uploads.HasAsync(blob.Digest, cancellationToken) ? blob
            : await upload.RunAsync(() => new MemoryStream(content, writable: false), cancellationToken));
    }

    /// <exception cref="RegistryException">The registry does not say it.</exception>
    public Task<bool> HasBlobAsync(string digest, CancellationToken cancellationToken) =>
        DoAsync($"The blob {digest} of {_name} cannot be looked for", () => _uploads.HasAsync(Checked(digest), cancellationToken));

    /// <summary>Puts a manifest or an index under a tag, which may have had another one.</summary>
    /// <param name="tag">Or the digest of the manifest.</param>
    /// <returns>The digest of the manifest.</returns>
    /// <exception cref="RegistryException">It cannot be pushed.</exception>
    public Task<string> PushManifestAsync(string tag, byte[] manifest, string mediaType, CancellationToken cancellationToken) =>
        DoAsync($"The manifest {tag} cannot be pushed to {_name}", async () =>
        {
            string digest = ContentDigest.Sha256Of(manifest);
            RepositoryRequest request = new(HttpMethod.Put, Manifest(tag)) { Body = moved => new BytesContent(manifest, mediaType, moved) };
            RepositoryAnswer answer = (await _requests.SendAsync(request, cancellationToken)).OrThrow();
            ContentDigest.Verify(answer.Digest, manifest, "the manifest, as it was sent,");
            return digest;
        });

    /// <returns>The manifest or index. Null if the repository has none with this tag or digest.</returns>
    /// <exception cref="RegistryException">It cannot be read, or has another digest than the registry says.</exception>
    public Task<StoredManifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        DoAsync($"The manifest {tagOrDigest} of {_name} cannot be read", async () =>
        {
            RepositoryRequest request = new(HttpMethod.Get, Manifest(tagOrDigest)) { Accepted = ManifestTypes.Accepted, Limit = ManifestTypes.LargestManifest };
            RepositoryAnswer answer = await _requests.SendAsync(request, cancellationToken);
            if (answer.IsMissing)
            {
                return null;
            }

            byte[] content = answer.OrThrow().Content;
            string? claimed = ContentDigest.TryParse(tagOrDigest, out _) ? tagOrDigest : answer.Digest;
            ContentDigest.Verify(claimed, content, "the manifest");
            return new StoredManifest(content, answer.MediaType, claimed ?? ContentDigest.Sha256Of(content));
        });

    /// <param name="limit">The largest size that is read, in bytes.</param>
    /// <exception cref="RegistryException">It is not there, is larger, or has another digest.</exception>
    public Task<byte[]> ReadBlobAsync(string digest, int limit, CancellationToken cancellationToken) =>
        DoAsync($"The blob {digest} of {_name} cannot be read", async () =>
        {
            RepositoryRequest request = new(HttpMethod.Get, _requests.AddressOf($"blobs/{Checked(digest)}")) { Limit = limit };
            byte[] content = (await _requests.SendAsync(request, cancellationToken)).OrThrow().Content;
            ContentDigest.Verify(digest, content, "the blob");
            return content;
        });

    /// <summary>Deletes a manifest. The registry removes its blobs when it likes, if nothing else needs them.</summary>
    /// <returns>False if it is not there.</returns>
    /// <exception cref="RegistryException">It cannot be deleted.</exception>
    public Task<bool> DeleteManifestAsync(string digest, CancellationToken cancellationToken) =>
        DoAsync($"The manifest {digest} cannot be deleted from {_name}", async () =>
        {
            RepositoryAnswer answer = await _requests.SendAsync(new RepositoryRequest(HttpMethod.Delete, Manifest(Checked(digest))), cancellationToken);
            return answer.IsFound();
        });

    private BlobUpload Upload(int chunkSize, IProgress<long>? progress) => new(_uploads, _options, new UploadChunk(chunkSize), progress);

    private Uri Manifest(string version) => ImageReference.IsVersion(version) ? _requests.AddressOf($"manifests/{version}")
        : throw new RegistryException(RegistryFailure.BadName, $"'{ImageReference.Shown(version)}' is neither a tag nor a digest");

    private static string Checked(string digest) => ContentDigest.TryParse(digest, out _) ? digest
        : throw new RegistryException(RegistryFailure.BadName, $"'{ImageReference.Shown(digest)}' is no digest");

    private static async Task<T> DoAsync<T>(string complaint, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RegistryException exception)
        {
            throw new RegistryException(exception.Failure, $"{complaint}: {exception.Message.TrimEnd('.')}. {Advice(exception.Failure)}", exception);
        }
    }

    private static string Advice(RegistryFailure failure) => failure switch
    {
        RegistryFailure.BadName => "Write a tag like v1, or a digest like sha256:….",
        RegistryFailure.NotAllowed => "Name the registry among those that may be local or without TLS, if that is wanted.",
        RegistryFailure.NotTrusted => "Give the client the certificate of the authority that signed it.",
        RegistryFailure.NotAuthorized => "Give it a credential that may do this in the repository.",
        RegistryFailure.NotFound => "Check the name of the repository; some registries want it to be made first, or say this also to those who may not use it.",
        RegistryFailure.Full => "Delete images there, or raise the quota, the disk, or the limit for one request of the registry or of the proxy before it.",
        RegistryFailure.Unsupported => "Switch it on in the registry, such as storage.delete.enabled for deletion, or use another registry.",
        RegistryFailure.BadAnswer => "Look at the log of the registry, or use another registry.",
        _ => "Try again later.",
    };
}
