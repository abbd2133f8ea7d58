using System.Net;
using System.Net.Http.Json;
using Crik.Contracts;
using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests;

/// <summary>Runs the whole server in this process, on free ports, with a stand-in for the API server.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LogStream _log;
    private readonly TempDirectory _files;

    private RunningServer(WebApplication app, LogStream log, TempDirectory files)
    {
        (_app, _log, _files) = (app, log, files);
        string[] addresses = [.. app.Urls];
        (States, Metrics, Health) = (new Uri(addresses[0]), new Uri(addresses[1]), new Uri(addresses[2]));
        Http = new HttpClient { BaseAddress = States };
    }

    public static ServerOptions Options { get; } = new() { Port = 0, MetricsPort = 0, HealthPort = 0, BindAddress = IPAddress.Loopback };

    public Uri States { get; }

    public Uri Metrics { get; }

    public Uri Health { get; }

    public HttpClient Http { get; }

    public string[] Log
    {
        get
        {
            Assert.True(_app.Services.GetRequiredService<JsonLines>().Flush(TimeSpan.FromMinutes(1)), "the log is written");
            return _log.Lines;
        }
    }

    /// <summary>Whether somebody reads the log of the server.</summary>
    public bool IsLogRead { set => _log.IsRead = value; }

    /// <param name="user">The credentials for the API server: the YAML below `user` in a kubeconfig.</param>
    public static async Task<RunningServer> StartAsync(
        StandInApiServer api, ServerOptions? options = null, string user = "    token: good", Action<IServiceCollection>? more = null)
    {
        TempDirectory files = new();
        ClusterAccess access = ClusterAccess.Find(files.Write("kubeconfig", api.Kubeconfig(user)), static _ => null);
        LogStream log = new();
        WebApplication app = Server.Build(options ?? Options, services =>
        {
            services.AddCluster(access);
            more?.Invoke(services);
        }, log);
        await app.StartAsync();
        return new RunningServer(app, log, files);
    }

    public static async Task<RunningServer> StartReadyAsync(StandInApiServer api, ServerOptions? options = null, Action<IServiceCollection>? more = null)
    {
        RunningServer server = await StartAsync(api, options, more: more);
        await server.UntilReadyAsync();
        return server;
    }

    public async Task UntilReadyAsync() => await Eventually.TrueAsync(IsReadyAsync, "the server is ready");

    public async Task<bool> IsReadyAsync()
    {
        using HttpResponseMessage response = await Http.GetAsync(new Uri(Health, "/readyz"));
        return response.IsSuccessStatusCode;
    }

    public async Task<NodeStateResponse> GetAsync(string name, string query = "")
    {
        using HttpResponseMessage response = await Http.GetAsync($"/v1/nodes/{name}{query}");
        return (await response.Content.ReadFromJsonAsync(ContractsJson.Default.NodeStateResponse))!;
    }

    public Task UntilStateAsync(string name, NodeState state) =>
        Eventually.TrueAsync(async () => (await GetAsync(name)).State == state, $"{name} is {state}");

    public async Task<double> MetricAsync(string sample)
    {
        string text = await Http.GetStringAsync(new Uri(Metrics, "/metrics"));
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _log.IsRead = true;
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _log.DisposeAsync();
        _files.Dispose();
    }
}
