using System.Net;

namespace Crik.Registry.Pushing;

/// <summary>The requests of which an upload is made: begin, ask how far it is, finish.</summary>
internal sealed class UploadRequests(RepositoryRequests requests, RegistryOptions options)
{
    /// <summary>How fast a registry is believed to be that compares the digest or moves the blob before it answers.</summary>
    private const double BytesPerSecondAtTheEnd = 16 << 20;

    /// <summary>How long a push that has failed already waits for the registry to hear of it.</summary>
    private static readonly TimeSpan s_abandoning = TimeSpan.FromSeconds(5);

    public Task<RepositoryAnswer> TryAsync(RepositoryRequest request, CancellationToken cancellationToken) => requests.TryAsync(request, cancellationToken);

    public async Task<OpenUpload> BeginAsync(CancellationToken cancellationToken)
    {
        RepositoryAnswer answer = await requests.SendAsync(new RepositoryRequest(HttpMethod.Post, requests.AddressOf("blobs/uploads/")), cancellationToken);
        return answer.OrThrow().Location is { } location ? new OpenUpload(location, answer.SmallestChunk)
            : throw new RegistryException(RegistryFailure.BadAnswer, "the registry begins an upload and does not say where");
    }

    /// <summary>Asks how much of an upload the registry has.</summary>
    public Task<RepositoryAnswer> StatusAsync(OpenUpload upload, CancellationToken cancellationToken) =>
        requests.SendAsync(new RepositoryRequest(HttpMethod.Get, upload.Location), cancellationToken);

    /// <summary>Lets the registry remove what it has of an upload, which matters most when it is full.</summary>
    public async Task AbandonAsync(OpenUpload upload)
    {
        using CancellationTokenSource soon = new(s_abandoning, options.Time);
        try
        {
            await requests.TryAsync(new RepositoryRequest(HttpMethod.Delete, upload.Location), soon.Token);
        }
        catch (Exception exception) when (exception is RegistryException or OperationCanceledException)
        {
            // The registry forgets it some day. What ended the upload is what its user hears of.
        }
    }

    public async Task<bool> HasAsync(string digest, CancellationToken cancellationToken)
    {
        RepositoryAnswer answer = await requests.SendAsync(new RepositoryRequest(HttpMethod.Head, requests.AddressOf($"blobs/{digest}")), cancellationToken);
        return answer.IsFound();
    }

    /// <summary>Makes a blob of an upload.</summary>
    /// <param name="content">Is sent along. Null: the registry has all of it.</param>
    public async Task<UploadEnd> FinishAsync(OpenUpload upload, BlobDescriptor blob, ReadOnlyMemory<byte>? content, CancellationToken cancellationToken)
    {
        string query = upload.Location.Query;
        UriBuilder address = new(upload.Location) { Query = $"{(query.Length > 1 ? $"{query[1..]}&" : "")}digest={Uri.EscapeDataString(blob.Digest)}" };
        RepositoryRequest request = new(HttpMethod.Put, address.Uri)
        {
            Body = moved => new BytesContent(content ?? default, BytesContent.Binary, moved),
            AsksBeforeBody = content is not null && upload.AsksBeforeBody,
            MoreSilence = TimeSpan.FromSeconds(blob.Size / BytesPerSecondAtTheEnd),
        };
        for (Perseverance perseverance = new(options); ;)
        {
            RepositoryAnswer answer = await requests.TryAsync(request, cancellationToken);
            if (answer.Failure is null)
            {
                bool isSame = answer.Digest is not { } stored || stored == blob.Digest || !stored.StartsWith("sha256:", StringComparison.Ordinal);
                return isSame ? new UploadEnd.Stored(blob) : throw new RegistryException(
                    RegistryFailure.BadAnswer, $"the registry stored it with the digest {answer.Digest}, but it has {blob.Digest}");
            }

            if (content is null && answer.Status is HttpStatusCode.BadRequest)
            {
                return new UploadEnd.Spoiled(answer.Failure);
            }

            if (!answer.MayPass && !answer.IsMissing && !ChunkedUpload.IsOutOfRange(answer))
            {
                throw answer.Failure;
            }

            // The answer may have been lost after the blob was stored.
            if (await HasAsync(blob.Digest, cancellationToken))
            {
                return new UploadEnd.Stored(blob);
            }

            if (!answer.MayPass || content is not null)
            {
                return new UploadEnd.Forgotten(answer.Failure, answer.RetryAfter);
            }

            await perseverance.AfterAsync(answer, cancellationToken);
        }
    }
}
