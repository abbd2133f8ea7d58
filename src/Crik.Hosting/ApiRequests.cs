using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Crik.Kubernetes.Api;

namespace Crik.Hosting;

/// <summary>Counts the requests of this process to the API server.</summary>
public sealed class ApiRequests : IApiObserver
{
    private readonly ConcurrentDictionary<(string Verb, int Code), long> _counts = new();
    private readonly ConcurrentDictionary<string, Histogram> _seconds = new(StringComparer.Ordinal);

    public void Asked(HttpMethod method, HttpStatusCode? status, TimeSpan took)
    {
        _counts.AddOrUpdate((method.Method, (int)(status ?? 0)), 1, static (_, count) => count + 1);
        _seconds.GetOrAdd(method.Method, static _ => new Histogram()).Add(took);
    }

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_api_requests_total", "counter", "Requests to the API server, by verb and code. The code is none if no answer came.");
        foreach (((string verb, int code), long count) in _counts.OrderBy(pair => pair.Key))
        {
            text.Sample("crik_api_requests_total", $"verb=\"{verb}\",code=\"{(code == 0 ? "none" : code.ToString(CultureInfo.InvariantCulture))}\"", count);
        }

        text.Family("crik_api_request_duration_seconds", "histogram", "Time until the API server's answer began, by verb.");
        foreach ((string verb, Histogram seconds) in _seconds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            seconds.WriteTo(text, "crik_api_request_duration_seconds", $"verb=\"{verb}\"");
        }
    }
}
