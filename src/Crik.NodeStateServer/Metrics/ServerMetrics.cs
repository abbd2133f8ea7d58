using Crik.Hosting;
using Crik.Kubernetes.Watching;

namespace Crik.NodeStateServer.Metrics;

/// <summary>The counters since the start of the server. They need no lock, because each is one machine word.</summary>
internal sealed class ServerMetrics
{
    private static readonly ResourceChangeKind[] s_kinds = Enum.GetValues<ResourceChangeKind>();
    private static readonly string[] s_routes = ["node", "wait", "nodes", "watch", "original", "none"];
    private static readonly int[] s_codes = [200, 400, 401, 403, 404, 405, 413, 499, 500, 503, 0];

    private readonly long[] _heard = new long[s_kinds.Length];
    private readonly long[,] _answers = new long[s_routes.Length, s_codes.Length];
    private readonly Histogram _lag = new();
    private readonly Histogram[] _seconds = [.. s_routes.Select(_ => new Histogram())];
    private long _lists;
    private long _relists;
    private long _watches;
    private long _failures;
    private long _waiting;
    private long _slowReaders;

    /// <summary>The requests to the API server.</summary>
    public ApiRequests Api { get; } = new();

    public void ListBegins(bool isFirst)
    {
        Interlocked.Increment(ref _lists);
        if (!isFirst)
        {
            Interlocked.Increment(ref _relists);
        }
    }

    public void WatchBegins() => Interlocked.Increment(ref _watches);

    public void SourceFailed() => Interlocked.Increment(ref _failures);

    public void Heard(ResourceChangeKind kind) => Interlocked.Increment(ref _heard[(int)kind]);

    public void WaitBegins() => Interlocked.Increment(ref _waiting);

    public void WaitEnds() => Interlocked.Decrement(ref _waiting);

    public void SlowReaderDisconnected() => Interlocked.Increment(ref _slowReaders);

    /// <param name="lag">From the receipt of an event to the moment when the answer of a long-poll is written.</param>
    public void EventAnswered(TimeSpan lag) => _lag.Add(lag);

    public void Answered(RequestKind kind, int code, TimeSpan took)
    {
        int index = Array.IndexOf(s_codes, code);
        Interlocked.Increment(ref _answers[(int)kind, index < 0 ? s_codes.Length - 1 : index]);
        _seconds[(int)kind].Add(took);
    }

    public void WriteTo(PrometheusText text)
    {
        text.Metric("crik_node_lists_total", "counter", "Lists of all Nodes that were started, including the first.", Volatile.Read(ref _lists));
        text.Metric("crik_node_relists_total", "counter", "Lists of all Nodes that were started after the first one was complete.", Volatile.Read(ref _relists));
        text.Metric("crik_watches_total", "counter", "Watches that were started.", Volatile.Read(ref _watches));
        text.Metric("crik_source_failures_total", "counter", "Lists and watches that ended with an error.", Volatile.Read(ref _failures));
        text.Family("crik_watch_events_total", "counter", "Events that the API server sent in watches, by kind.");
        foreach (ResourceChangeKind kind in s_kinds)
        {
            if (kind is ResourceChangeKind.Present or ResourceChangeKind.Deleted or ResourceChangeKind.Bookmark)
            {
                text.Sample("crik_watch_events_total", $"kind=\"{kind.ToString().ToLowerInvariant()}\"", Volatile.Read(ref _heard[(int)kind]));
            }
        }

        Api.WriteTo(text);
        text.Metric("crik_long_polls", "gauge", "Requests that are waiting for a change now.", Volatile.Read(ref _waiting));
        text.Metric("crik_slow_readers_total", "counter", "Clients that were disconnected because they did not read a list or a stream.", Volatile.Read(ref _slowReaders));
        text.Family("crik_event_to_answer_seconds", "histogram", "Time from the receipt of an event to the answer of a long-poll that waited for it.");
        _lag.WriteTo(text, "crik_event_to_answer_seconds", "");
        WriteAnswers(text);
    }

    private void WriteAnswers(PrometheusText text)
    {
        text.Family("crik_requests_total", "counter", "Requests answered, by route and code. Code 499 means that the client did not take the whole answer.");
        for (int route = 0; route < s_routes.Length; route++)
        {
            for (int code = 0; code < s_codes.Length; code++)
            {
                long count = Volatile.Read(ref _answers[route, code]);
                if (count > 0)
                {
                    text.Sample("crik_requests_total", $"route=\"{s_routes[route]}\",code=\"{(s_codes[code] == 0 ? "other" : s_codes[code])}\"", count);
                }
            }
        }

        text.Family("crik_request_duration_seconds", "histogram", "Time from a request to its answer. For the routes wait and watch, it includes the waiting.");
        for (int route = 0; route < s_routes.Length; route++)
        {
            _seconds[route].WriteTo(text, "crik_request_duration_seconds", $"route=\"{s_routes[route]}\"");
        }
    }
}
