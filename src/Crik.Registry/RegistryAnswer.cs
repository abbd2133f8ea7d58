using System.Net;

namespace Crik.Registry;

/// <summary>Reads what servers send, up to a limit, and turns their refusals into sentences.</summary>
internal static class RegistryAnswer
{
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellationToken)
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
            content.Write(buffer, 0, count);
            if (content.Length > limit)
            {
                throw TooLarge(what, limit);
            }
        }

        return content.ToArray();
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
