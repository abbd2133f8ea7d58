using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Hosting;
using Crik.Operator.Admission;
using Crik.Operator.Serving;
using Crik.Operator.Tests.Admission;
using Crik.Pods;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Crik.Operator.Tests.Serving;

public sealed class InjectEndpointTests : IAsyncLifetime
{
    private readonly AdmissionMetrics _metrics = new();
    private readonly Lines _log = new();
    private readonly FixedFacts _facts = new() { Controller = new PodController("StatefulSet", "p") };
    private readonly HttpClient _http = new();
    private WebApplication? _server;

    public async Task InitializeAsync()
    {
        AdmissionHandler handler = new(new AdmissionOptions(new InjectionSettings("bundle:1"), "crik"), _facts, new FixedImages(), TimeProvider.System);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(new InjectEndpoint(handler, _metrics, TimeProvider.System, _log).HandleAsync);
        await _server.StartAsync();
        _http.BaseAddress = new Uri(_server.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task A_new_pod_gets_a_patch_that_can_be_applied()
    {
        using HttpResponseMessage response = await PostAsync(Review("""{"metadata":{"name":"p","labels":{"crik.dev/inject":"true"}},"spec":{"containers":[{"name":"app","image":"i"}]}}"""));

        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["response"]!;
        JsonArray patch = (JsonArray)JsonNode.Parse(Convert.FromBase64String((string)answer["patch"]!))!;
        Assert.Equal((HttpStatusCode.OK, "u1", true), (response.StatusCode, (string?)answer["uid"], (bool)answer["allowed"]!));
        Assert.Contains(patch, operation => (string?)operation!["path"] is "/spec/containers/0/command");
        Assert.Contains("crik_injections_total{outcome=\"injected\"} 1\n", Metrics(), StringComparison.Ordinal);
        Assert.Contains("crik_injection_duration_seconds_count 1\n", Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_skipped_pod_is_counted_with_its_reason()
    {
        _facts.Fails = true;

        using HttpResponseMessage response = await PostAsync(Review("""{"metadata":{"name":"p","labels":{"crik.dev/inject":"true"}},"spec":{"containers":[{"name":"app"}]}}"""));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("crik_injections_skipped_total{reason=\"FactsUnknown\"} 1\n", Metrics(), StringComparison.Ordinal);
        Assert.Equal(["Debug: a pod in team: Skipped FactsUnknown"], _log.All);
    }

    [Fact]
    public async Task A_pod_that_is_not_restored_and_starts_afresh_is_counted_and_logged()
    {
        using HttpResponseMessage response = await PostAsync(Review("""
            {"metadata":{"generateName":"p-","annotations":{"crik.dev/restore":"latest","crik.dev/restore-fallback":"fresh"}},"spec":{"containers":[{"name":"app"}]}}
            """));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("crik_restores_fresh_total 1\n", Metrics(), StringComparison.Ordinal);
        Assert.Contains("Warning: the pod team/p-* asks for a restore and starts afresh: There is no complete checkpoint of this pod. The program starts afresh.", _log.All);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("""{"spec":5,"metadata":{"labels":{"crik.dev/inject":"true"}}}""")]
    [InlineData("""{"metadata":{"labels":[],"annotations":5},"spec":{"containers":[null]}}""")]
    public async Task A_pod_of_an_odd_shape_is_let_through(string pod)
    {
        using HttpResponseMessage response = await PostAsync(Review(pod));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True((bool)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["response"]!["allowed"]!);
    }

    [Fact]
    public async Task What_is_no_review_is_refused()
    {
        using HttpResponseMessage noReview = await PostAsync("{}");
        using HttpResponseMessage noPost = await _http.GetAsync(new Uri("/inject", UriKind.Relative));
        using HttpResponseMessage tooLarge = await PostAsync(new string(' ', InjectEndpoint.LargestBody + 1));

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed, HttpStatusCode.RequestEntityTooLarge],
            (HttpStatusCode[])[noReview.StatusCode, noPost.StatusCode, tooLarge.StatusCode]);
        Assert.Contains("crik_injection_bodies_refused_total 3\n", Metrics(), StringComparison.Ordinal);
    }

    private static string Review(string pod) => $$"""
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1","kind":{"kind":"Pod"},"operation":"CREATE","namespace":"team","object":{{pod}} } }
        """;

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        return await _http.PostAsync(new Uri("/inject", UriKind.Relative), content);
    }

    /// <summary>Remembers what is logged.</summary>
    private sealed class Lines : ILogger<InjectEndpoint>
    {
        public ConcurrentQueue<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }

    private string Metrics()
    {
        PrometheusText text = new();
        _metrics.WriteTo(text);
        return text.ToString();
    }
}
