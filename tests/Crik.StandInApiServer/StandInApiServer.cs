using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.StandIn;

/// <summary>
/// A stand-in for a cluster's API server: TLS, HTTP/2, Nodes listed in pages and watched, token reviews. It answers as the real
/// one does, unless told otherwise by <see cref="Intercept"/>.
/// </summary>
public sealed class StandInApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<string> _requests = [];
    private WatchLot _watches = new();

    private StandInApiServer(StandInCluster cluster, StandInCertificates certificates, int port)
    {
        Cluster = cluster;
        Certificates = certificates;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = Protocols;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificates.Server,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == certificates.Authority.Subject,
            });
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public static HttpProtocols Protocols { get; set; } = HttpProtocols.Http1AndHttp2;

    public StandInCluster Cluster { get; }

    public StandInCertificates Certificates { get; }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Tokens that are let in, and what a token review calls good. Empty: everybody is let in.</summary>
    public HashSet<string> GoodTokens { get; } = [];

    /// <summary>Audiences that a good token has.</summary>
    public string[] Audiences { get; set; } = ["https://kubernetes.default.svc"];

    /// <summary>Whether a client certificate lets in as well.</summary>
    public string? GoodCertificate { get; set; }

    public TimeSpan BookmarkEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Answers instead of the stand-in, where it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    /// <summary>`GET /api/v1/nodes?…` of all requests so far.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<StandInApiServer> StartAsync(StandInCluster? cluster = null, StandInCertificates? certificates = null, int port = 0)
    {
        StandInApiServer server = new(cluster ?? new StandInCluster(), certificates ?? new StandInCertificates(), port);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A server is ready for a moment before its watch is open.</summary>
    public Task UntilWatchedAsync() => _watches.Opened.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Ends every open watch in the middle, as a server that is restarted does. Waits for one, if there is none yet.</summary>
    public async Task CutWatchesAsync()
    {
        await UntilWatchedAsync();
        Interlocked.Exchange(ref _watches, new WatchLot()).Cut();
    }

    /// <param name="user">As YAML, indented by four: what authenticates.</param>
    public string Kubeconfig(string user) => $"""
        apiVersion: v1
        kind: Config
        current-context: stand-in
        contexts:
        - name: stand-in
          context: {"{"} cluster: stand-in, user: somebody {"}"}
        clusters:
        - name: stand-in
          cluster:
            server: {Address.AbsoluteUri.TrimEnd('/')}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(Certificates.AuthorityPem))}
        users:
        - name: somebody
          user:
        {user}
        """;

    public async ValueTask DisposeAsync()
    {
        _watches.Cut();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public static Task RefuseAsync(HttpContext context, int code, string reason, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Status(code, reason, message));
    }

    public static string Status(int code, string reason, string message) => new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    }.ToJsonString();

    private async Task HandleAsync(HttpContext context)
    {
        lock (_requests)
        {
            _requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        }

        if (Intercept is { } intercept && await intercept(context))
        {
            return;
        }

        string? token = ((string?)context.Request.Headers.Authorization)?.Replace("Bearer ", "", StringComparison.Ordinal);
        bool isCertified = GoodCertificate is not null && context.Connection.ClientCertificate?.Subject == GoodCertificate;
        if ((GoodTokens.Count > 0 || GoodCertificate is not null) && !isCertified && !GoodTokens.Contains(token ?? ""))
        {
            await RefuseAsync(context, 401, "Unauthorized", "Unauthorized");
            return;
        }

        await (context.Request.Path.Value switch
        {
            "/api/v1/nodes" when context.Request.Query["watch"] == "true" => WatchAsync(context),
            "/api/v1/nodes" => NodePages.AnswerAsync(context, Cluster),
            "/apis/authentication.k8s.io/v1/tokenreviews" => ReviewAsync(context),
            _ => RefuseAsync(context, 404, "NotFound", "the server could not find the requested resource"),
        });
    }

    private async Task ReviewAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        string[] wanted = [.. review["spec"]!["audiences"]?.AsArray().Select(audience => (string)audience!) ?? []];
        bool isGood = GoodTokens.Contains((string)review["spec"]!["token"]!) && (wanted.Length == 0 || wanted.Intersect(Audiences).Any());
        review["status"] = isGood
            ? new JsonObject { ["authenticated"] = true, ["audiences"] = new JsonArray([.. (wanted.Length == 0 ? Audiences : wanted.Intersect(Audiences)).Select(audience => (JsonNode)audience)]) }
            : new JsonObject { ["error"] = "invalid bearer token" };
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(review.ToJsonString());
    }

    private async Task WatchAsync(HttpContext context)
    {
        long version = long.Parse((string?)context.Request.Query["resourceVersion"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        TimeSpan length = TimeSpan.FromSeconds(int.Parse((string?)context.Request.Query["timeoutSeconds"] ?? "1800", System.Globalization.CultureInfo.InvariantCulture));
        bool bookmarks = context.Request.Query["allowWatchBookmarks"] == "true";
        CancellationToken cut = _watches.Open();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, cut);
        end.CancelAfter(length);
        context.Response.ContentType = "application/json";
        try
        {
            await context.Response.Body.FlushAsync(end.Token);
            Task bookmark = Task.Delay(BookmarkEvery, end.Token);
            while (true)
            {
                (StandInEvent[]? events, long now, Task changed) = Cluster.After(version);
                if (events is null)
                {
                    await SendAsync(context, "ERROR", Encoding.UTF8.GetBytes(Status(410, "Expired", $"too old resource version: {version} ({now})")), end.Token);
                    return;
                }

                foreach (StandInEvent happened in events)
                {
                    await SendAsync(context, happened.Type, happened.Json, end.Token);
                }

                await context.Response.Body.FlushAsync(end.Token);
                version = now;
                if (await Task.WhenAny(changed, bookmark) == bookmark)
                {
                    await bookmark; // throws at the end
                    if (bookmarks && Cluster.After(version) is { Events.Length: 0 } quiet)
                    {
                        version = quiet.Version;
                        await SendAsync(context, "BOOKMARK", Encoding.UTF8.GetBytes(Bookmark(version)), end.Token);
                        await context.Response.Body.FlushAsync(end.Token);
                    }

                    bookmark = Task.Delay(BookmarkEvery, end.Token);
                }
            }
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // The time of the watch is over, or the client went away.
        }
    }

    private static string Bookmark(long version) => new JsonObject
    {
        ["kind"] = "Node",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}", ["creationTimestamp"] = null },
        ["spec"] = new JsonObject(),
        ["status"] = new JsonObject { ["daemonEndpoints"] = new JsonObject(), ["nodeInfo"] = new JsonObject() },
    }.ToJsonString();

    private static async Task SendAsync(HttpContext context, string type, byte[] json, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), cancellationToken);
        await context.Response.Body.WriteAsync(json, cancellationToken);
        await context.Response.Body.WriteAsync("}\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>The watches between two cuts.</summary>
#pragma warning disable CA1001 // Never disposed of: a late watch may still ask for its token.
    private sealed class WatchLot
#pragma warning restore CA1001
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _end = new();

        public Task Opened => _opened.Task;

        public CancellationToken Open()
        {
            _opened.TrySetResult();
            return _end.Token;
        }

        public void Cut() => _end.Cancel();
    }
}
