namespace Crik.Hosting;

/// <summary>
/// The command `probe URL` of a server asks another one of its kind once. It is for `helm test`, so that the chart needs no
/// other image.
/// </summary>
public static class Probe
{
    public const string Command = "probe";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <param name="answers">The statuses that show that the server works, also if it refuses this request.</param>
    /// <returns>The exit code: 0 when the server answers with one of them.</returns>
    public static async Task<int> RunAsync(string url, params int[] answers)
    {
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseProxy = false };
#pragma warning disable CA5359 // nothing secret is sent, and only the status is shown
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        using HttpClient http = new(handler) { Timeout = s_timeout };
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Head, url); // an answer may be large
            using HttpResponseMessage response = await http.SendAsync(request);
            await Console.Out.WriteLineAsync($"{url} answers with status {(int)response.StatusCode}");
            return answers.Contains((int)response.StatusCode) ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or InvalidOperationException or UriFormatException)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {exception.Message}");
            return 1;
        }
    }
}
