namespace Crik.Registry.Pushing;

/// <summary>
/// Sends a blob in one request, as Docker does it. It is for registries that refuse chunks, and cannot go on after a failure.
/// </summary>
/// <param name="progressed">Hears how much was sent.</param>
internal sealed class StreamedUpload(UploadRequests requests, OpenUpload upload, Action<long> progressed)
{
    public async Task<UploadEnd> RunAsync(Func<Stream> open, CancellationToken cancellationToken)
    {
        StreamedContent? content = null;
        RepositoryAnswer answer = await requests.TryAsync(
            new RepositoryRequest(HttpMethod.Patch, upload.Location)
            {
                AsksBeforeBody = true, // a refusal is cheaper before the body than after it
                Body = moved => content = new StreamedContent(open(), sent =>
                {
                    moved();
                    progressed(sent);
                }),
            },
            cancellationToken);
        content?.ThrowIfUnreadable();
        if (answer.MayPass || answer.IsMissing)
        {
            return new UploadEnd.Forgotten(answer.Failure!, answer.RetryAfter);
        }

        upload.GoOn(answer.OrThrow());
        return content?.Sent is { } blob ? await requests.FinishAsync(upload, blob, content: null, cancellationToken)
            : throw new RegistryException(RegistryFailure.BadAnswer, "the registry answers before it has all of an upload");
    }
}
