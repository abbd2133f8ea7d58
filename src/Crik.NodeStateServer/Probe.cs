namespace Crik.NodeStateServer;

/// <summary>
/// `node-state-server probe URL` asks a server of this kind once. It is for `helm test`, so that the chart needs no other
/// image.
/// </summary>
internal static class Probe
{
    public const string Command = "probe";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 0 when the server answers, also if it wants a token that this command does not have.</returns>
    public static async Task<int> RunAsync(string url)
    {
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseProxy = false };
#pragma warning disable CA5359 // nothing secret is sent, and only the status is shown
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        using HttpClient http = new(handler) { Timeout = s_timeout };
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Head, url); // the answer has all Nodes
            using HttpResponseMessage response = await http.SendAsync(request);
            await Console.Out.WriteLineAsync($"{url} answers with status {(int)response.StatusCode}");
            return (int)response.StatusCode is 200 or 401 or 403 ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or InvalidOperationException or UriFormatException)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {exception.Message}");
            return 1;
        }
    }
}
