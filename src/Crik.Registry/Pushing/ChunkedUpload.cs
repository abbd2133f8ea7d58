using System.Net;
using System.Security.Cryptography;

namespace Crik.Registry.Pushing;

/// <summary>
/// Sends a blob in chunks, each in a request of its own. After a failure, the registry is asked how much it has, and the
/// upload goes on from there. What fits in one chunk is sent in one piece.
/// </summary>
/// <param name="progressed">Hears how much the registry has.</param>
internal sealed class ChunkedUpload(UploadRequests requests, OpenUpload upload, UploadChunk chunk, Perseverance perseverance, Action<long> progressed)
{
    public static bool IsOutOfRange(RepositoryAnswer answer) => answer.Status is HttpStatusCode.RequestedRangeNotSatisfiable;

    public async Task<UploadEnd> RunAsync(Stream content, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await chunk.FillAsync(content, cancellationToken);
        if (chunk.IsLast)
        {
            return await SendWholeAsync(cancellationToken);
        }

        if (upload.SmallestChunk > chunk.Size)
        {
            return new UploadEnd.ChunksRefused();
        }

        while (chunk.Length > 0)
        {
            Task<UploadEnd?> sending = SendAsync(cancellationToken);
            hash.AppendData(chunk.Content.Span); // while it is sent
            if (await sending is { } end)
            {
                return end;
            }

            await chunk.FillAsync(content, cancellationToken);
        }

        return await requests.FinishAsync(upload, new BlobDescriptor(ContentDigest.Sha256Of(hash), chunk.End), content: null, cancellationToken);
    }

    private async Task<UploadEnd> SendWholeAsync(CancellationToken cancellationToken)
    {
        BlobDescriptor blob = new(ContentDigest.Sha256Of(chunk.Content.Span), chunk.Length);
        UploadEnd end = await requests.FinishAsync(upload, blob, chunk.Content, cancellationToken);
        if (end is UploadEnd.Stored)
        {
            progressed(blob.Size);
        }

        return end;
    }

    /// <summary>Sends the chunk until the registry has it.</summary>
    /// <returns>The end of the upload, or null if it goes on.</returns>
    private async Task<UploadEnd?> SendAsync(CancellationToken cancellationToken)
    {
        while (chunk.Stored < chunk.End)
        {
            long before = chunk.Stored;
            RepositoryAnswer answer = await requests.TryAsync(Patch(), cancellationToken);
            RepositoryAnswer state = answer;
            upload.AsksBeforeBody = answer.Status is null;
            if (answer.MayPass)
            {
                await perseverance.AfterAsync(answer, cancellationToken);
                state = await requests.StatusAsync(upload, cancellationToken);
            }
            else if (answer.Failure is { } failure)
            {
                if (!MayRefuseChunks(answer))
                {
                    throw failure;
                }

                state = chunk.Start == 0 ? new RepositoryAnswer() : await requests.StatusAsync(upload, cancellationToken);
            }

            upload.GoOn(state);
            if (GoOn(answer, state, before) is { } end)
            {
                return end;
            }

            if (chunk.Stored > before)
            {
                perseverance.Succeeded();
                progressed(chunk.Stored);
            }
        }

        return null;
    }

    /// <summary>Decides where to go on after an answer to a chunk.</summary>
    /// <param name="state">What the registry says that it has: the same answer, or one to the question for it.</param>
    /// <param name="before">How much it had before.</param>
    private UploadEnd? GoOn(RepositoryAnswer answer, RepositoryAnswer state, long before)
    {
        if (state.Failure is { } gone)
        {
            return gone.Failure is RegistryFailure.NotAuthorized ? throw gone : new UploadEnd.Forgotten(answer.Failure ?? gone, answer.RetryAfter);
        }

        long stored = UploadRange.SizeOf(state.Range, chunk.End) ?? (answer.Failure is null ? chunk.End : before);
        if (!chunk.TryGoOnAt(stored))
        {
            return new UploadEnd.Forgotten(new RegistryException(
                RegistryFailure.BadAnswer, $"the registry has {stored} bytes of an upload of which {chunk.Start} to {chunk.End} bytes were sent"));
        }

        // Amazon's registry stores each chunk but goes on saying that it has the first one only. Its digest will tell.
        return stored <= before && !answer.MayPass ? new UploadEnd.ChunksRefused() : null;
    }

    /// <summary>
    /// What registries answer that take one part of each upload only, none with a range, or only small ones: GitHub's takes
    /// 4 MiB in a chunk, and any size in one request.
    /// </summary>
    private static bool MayRefuseChunks(RepositoryAnswer answer) => IsOutOfRange(answer) || answer.IsMissing
        || (answer.Failure?.Failure is not RegistryFailure.Full && answer.Status is HttpStatusCode.BadRequest
            or HttpStatusCode.MethodNotAllowed or HttpStatusCode.LengthRequired or HttpStatusCode.NotImplemented);

    private RepositoryRequest Patch()
    {
        (ReadOnlyMemory<byte> rest, string range) = (chunk.Rest, UploadRange.Of(chunk.Stored, chunk.Rest.Length));
        return new RepositoryRequest(HttpMethod.Patch, upload.Location)
        {
            AsksBeforeBody = upload.AsksBeforeBody,
            Body = moved =>
            {
                BytesContent body = new(rest, BytesContent.Binary, moved);
                body.Headers.TryAddWithoutValidation("Content-Range", range);
                return body;
            },
        };
    }
}
