using System.Net;

namespace Crik.Registry;

/// <summary>Reads what servers send, up to a limit, and turns their refusals into sentences.</summary>
internal static class RegistryAnswer
{
    /// <returns>The digest that the registry says the content has. Null if it says none.</returns>
    public static string? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values)
            && ContentDigest.TryParse(values.First(), out ContentDigest? digest) ? digest.ToString() : null;

    /// <param name="read">Hears of each part of the content that arrives.</param>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int limit, string what, CancellationToken cancellationToken, Action? read = null)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            throw TooLarge(what, limit);
        }

        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream content = new();
        byte[] buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            read?.Invoke();
            content.Write(buffer, 0, count);
            if (content.Length > limit)
            {
                throw TooLarge(what, limit);
            }
        }

        return content.ToArray();
    }

    /// <summary>Reads the beginning of what explains a refusal.</summary>
    public static async Task<byte[]> ReadBeginningAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[limit];
        return buffer[..await stream.ReadAtLeastAsync(buffer, limit, throwOnEndOfStream: false, cancellationToken)];
    }

    /// <param name="server">The host and port that refused.</param>
    public static RegistryException Refusal(HttpStatusCode status, string server) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(RegistryFailure.NotAuthorized, $"{server} refuses the credential ({(int)status})"),
        HttpStatusCode.NotFound => new(RegistryFailure.NotFound, $"{server} does not have it"),
        HttpStatusCode.TooManyRequests => new(RegistryFailure.Busy, $"{server} limits how often it can be asked (429)"),
        >= HttpStatusCode.InternalServerError => new(RegistryFailure.Busy, $"{server} fails ({(int)status})"),
        _ => new(RegistryFailure.BadAnswer, $"{server} answers with the unexpected status {(int)status}"),
    };

    private static RegistryException TooLarge(string what, int limit) => new(RegistryFailure.BadAnswer, $"{what} sends more than {limit >> 10} KiB");
}
