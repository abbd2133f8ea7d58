using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Checkpointer;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Steps;
using Crik.StandIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeAgent.Tests.Checkpointer;

/// <summary>The Checkpointer's interface on a port, with a stand-in API server and a pod `shop/web-0` with the container `app` on `node-1`.</summary>
internal sealed class RunningCheckpointer : IAsyncDisposable
{
    public const string Web = "/checkpoint/shop/web-0/app";

    private readonly WebApplication _app;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly TempDirectory _files = new();
    private readonly KubernetesApi _kubernetes;

    private RunningCheckpointer(StandInApiServer api, CheckpointerOptions options, TimeProvider clock)
    {
        Api = api;
        api.GoodTokens.UnionWith(["agent", Jwt.For("caller", options.Audience)]);
        api.Audiences = [options.Audience];
        api.Intercept = async context => IsApiDown ? await DropAsync(context) : await Checkpoints.AnswerAsync(context);
        string kubeconfig = _files.Write("config", api.Kubeconfig("    token: agent"));
        _kubernetes = new KubernetesApi(ClusterAccess.Find(kubeconfig, static _ => null), "crik-node-agent/test");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = OrderBody.Largest + 1; // as Listeners has it
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddSingleton(clock).AddSingleton(_kubernetes).AddSingleton<IPods>(new OnePod()).AddCheckpointer(options).AddLogging();
        _app = builder.Build();
        _app.Run(_app.Services.GetRequiredService<CheckpointerRouter>().HandleAsync);
        Token = Jwt.For("caller", options.Audience);
    }

    public StandInApiServer Api { get; }

    public StandInCheckpoints Checkpoints { get; private init; } = new();

    public bool IsApiDown { get; set; }

    /// <summary>The token that is sent. Null sends none.</summary>
    public string? Token { get; set; }

    /// <param name="same">The objects of an instance that ran before, or of another one.</param>
    public static async Task<RunningCheckpointer> StartAsync(CheckpointerOptions? options = null, TimeProvider? clock = null, StandInCheckpoints? same = null)
    {
        RunningCheckpointer running = new(await StandInApiServer.StartAsync(), options ?? new CheckpointerOptions(), clock ?? TimeProvider.System) { Checkpoints = same ?? new StandInCheckpoints() };
        await running._app.StartAsync();
        return running;
    }

    public Task<CheckpointerResponse> PostAsync(string path, string? body = null, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Post, path, body, cancellationToken);

    public Task<CheckpointerResponse> GetAsync(string identifier, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Get, $"/checkpoint?checkpointIdentifier={identifier}", null, cancellationToken);

    /// <summary>Sends a request as it is, without the client's own escaping of the path.</summary>
    public async Task<CheckpointerResponse> AskAsync(HttpMethod method, string path, string? body = null, CancellationToken cancellationToken = default)
    {
        UriCreationOptions asItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
        using HttpRequestMessage request = new(method, new Uri(_app.Urls.Single() + path, asItIs));
        request.Headers.Authorization = Token is null ? null : new AuthenticationHeaderValue("Bearer", Token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        return new CheckpointerResponse(
            (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync(cancellationToken), response.Headers.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        await Api.DisposeAsync();
        _kubernetes.Dispose();
        _http.Dispose();
        _files.Dispose();
    }

    private static Task<bool> DropAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Abort();
        return Task.FromResult(true);
    }

    private sealed class OnePod : IPods
    {
        public Task<PodView?> FindAsync(ObjectName name, CancellationToken cancellationToken) => Task.FromResult(name switch
        {
            { Namespace: "shop", Name: "web-0" } => new PodView("uid", "node-1", "Running", [new ContainerView("app", true)], []),
            { Namespace: "shop", Name: "pending" } => new PodView("uid", null, "Pending", [new ContainerView("app", false)], []),
            _ => null,
        });

        public Task<bool> DeleteAsync(ObjectName name, string uid, CancellationToken cancellationToken) => throw new InvalidOperationException("this interface deletes no pod itself");
    }
}
