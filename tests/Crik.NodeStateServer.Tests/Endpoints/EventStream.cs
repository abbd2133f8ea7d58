namespace Crik.NodeStateServer.Tests.Endpoints;

/// <summary>Reads server-sent events as a browser does.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventStream(HttpResponseMessage response, StreamReader lines) => (_response, _lines) = (response, lines);

    public static async Task<EventStream> OpenAsync(RunningServer server, string? lastId = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1/watch");
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        HttpResponseMessage response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<List<StreamEvent>> UntilSyncedAsync()
    {
        List<StreamEvent> events = [];
        while (events is not [.., { Type: "synced" }])
        {
            events.Add(await NextAsync());
        }

        return events;
    }

    public async Task<StreamEvent> NextAsync()
    {
        Dictionary<string, string> fields = [];
        while (true)
        {
            string line = await Eventually.InTimeAsync(_lines.ReadLineAsync()) ?? throw new EndOfStreamException();
            if (line.Length == 0 && fields.Count > 0)
            {
                return new StreamEvent(fields["event"], fields.GetValueOrDefault("id"), fields["data"]);
            }

            if (line.Length > 0 && line[0] != ':')
            {
                string[] parts = line.Split(": ", 2);
                fields.Add(parts[0], parts[1]);
            }
        }
    }

    public async Task<bool> IsOverAsync() => await _lines.ReadLineAsync() is null;

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
