namespace Crik.Registry.Pushing;

/// <summary>Uploads a blob, in the way that the registry takes it, and begins again when the registry loses it.</summary>
internal sealed class BlobUpload(UploadRequests requests, RegistryOptions options, UploadChunk chunk, IProgress<long>? progress)
{
    private readonly Perseverance _starts = new(options);

    public async Task<BlobDescriptor> RunAsync(Func<Stream> open, CancellationToken cancellationToken)
    {
        for (bool inChunks = true, wasLost = false; ;)
        {
            OpenUpload upload = await requests.BeginAsync(cancellationToken);
            upload.AsksBeforeBody = wasLost;
            UploadEnd? end = null;
            try
            {
                end = inChunks ? await SendChunksAsync(upload, open, cancellationToken)
                    : await new StreamedUpload(requests, upload, Progressed).RunAsync(open, cancellationToken);
            }
            finally
            {
                if (end is not UploadEnd.Stored)
                {
                    await requests.AbandonAsync(upload);
                }
            }

            switch (end)
            {
                case UploadEnd.Stored stored:
                    return stored.Blob;
                case UploadEnd.Forgotten forgotten:
                    wasLost = forgotten.Why.Failure is RegistryFailure.NoAnswer;
                    await _starts.AfterAsync(forgotten.Why, forgotten.RetryAfter, cancellationToken);
                    break;
                case UploadEnd.Spoiled spoiled when !inChunks:
                    throw spoiled.Why;
                default: // chunks are refused, or were put together wrongly
                    inChunks = false;
                    break;
            }
        }
    }

    private async Task<UploadEnd> SendChunksAsync(OpenUpload upload, Func<Stream> open, CancellationToken cancellationToken)
    {
        await using Stream content = open();
        chunk.Rewind();
        return await new ChunkedUpload(requests, upload, chunk, new Perseverance(options), Progressed).RunAsync(content, cancellationToken);
    }

    /// <summary>Progress does not make lost uploads undone: they are counted until the end.</summary>
    private void Progressed(long bytes)
    {
        _starts.Moved();
        progress?.Report(bytes);
    }
}
