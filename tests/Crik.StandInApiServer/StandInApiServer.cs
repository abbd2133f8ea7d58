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
/// A stand-in for the API server of a cluster. It has TLS, HTTP/2, lists of Nodes in pages, watches and token reviews.
/// It answers as a real API server does, and <see cref="Intercept"/> can replace single answers.
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
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificates.Server,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == certificates.Authority.Subject,
            });
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    public StandInCluster Cluster { get; }

    public StandInCertificates Certificates { get; }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>
    /// The tokens that are accepted from clients and in token reviews. If it is empty, every client is accepted.
    /// </summary>
    public HashSet<string> GoodTokens { get; } = [];

    /// <summary>The audiences of every good token.</summary>
    /// <summary>Decides SubjectAccessReviews by their spec.</summary>
    public Func<JsonNode, bool> MayAsk { get; set; } = static _ => true;

    public string[] Audiences { get; set; } = ["https://kubernetes.default.svc"];

    /// <summary>The subject of the client certificate that is accepted. Null means that none is.</summary>
    public string? GoodCertificate { get; set; }

    /// <summary>Whether a watch can begin with all Nodes. Kubernetes before 1.27 cannot do that, and 1.33 by default.</summary>
    public bool StreamsLists { get; set; } = true;

    public TimeSpan BookmarkEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Is called for every request. If it returns true, it has answered, and the stand-in does not.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    /// <summary>All requests so far, in the form `GET /api/v1/nodes?…`.</summary>
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

    /// <summary>Waits until a watch is open. The node state server is ready shortly before that.</summary>
    public Task UntilWatchedAsync() => _watches.Opened.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>
    /// Cuts the connection of every open watch, as a restart of the API server does. Waits until there is one.
    /// </summary>
    public async Task CutWatchesAsync()
    {
        await UntilWatchedAsync();
        Interlocked.Exchange(ref _watches, new WatchLot()).Cut();
    }

    /// <param name="user">The credentials: the YAML below `user`, indented by four spaces.</param>
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

    /// <param name="cause">The reason of a cause in the details. Null: there are none.</param>
    public static Task RefuseAsync(HttpContext context, int code, string reason, string message, string? cause = null)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        JsonObject status = JsonNode.Parse(Status(code, reason, message))!.AsObject();
        if (cause is not null)
        {
            status["details"] = new JsonObject { ["causes"] = new JsonArray((JsonNode)new JsonObject { ["reason"] = cause }) };
        }

        return context.Response.WriteAsync(status.ToJsonString());
    }

    /// <summary>Sends an ERROR event: real API servers answer an expired version with status 200 and then this.</summary>
    public static Task SendErrorAsync(HttpContext context, int code, string reason, string message) =>
        SendAsync(context, "ERROR", Encoding.UTF8.GetBytes(Status(code, reason, message)), context.RequestAborted);

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
            "/api/v1/nodes" when context.Request.Query["sendInitialEvents"] == "true" && !StreamsLists => RefuseAsync(context, 422, "Invalid",
                "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"),
            "/api/v1/nodes" when context.Request.Query["watch"] == "true" => WatchAsync(context),
            "/api/v1/nodes" => NodePages.AnswerAsync(context, Cluster),
            "/apis/authentication.k8s.io/v1/tokenreviews" => ReviewAsync(context),
            "/apis/authorization.k8s.io/v1/subjectaccessreviews" => ReviewAccessAsync(context),
            _ => RefuseAsync(context, 404, "NotFound", "the server could not find the requested resource"),
        });
    }

    private async Task ReviewAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        string[] wanted = [.. review["spec"]!["audiences"]?.AsArray().Select(audience => (string)audience!) ?? []];
        bool isGood = GoodTokens.Contains((string)review["spec"]!["token"]!) && (wanted.Length == 0 || wanted.Intersect(Audiences).Any());
        review["status"] = isGood
            ? new JsonObject { ["authenticated"] = true, ["user"] = Owner(), ["audiences"] = new JsonArray([.. (wanted.Length == 0 ? Audiences : wanted.Intersect(Audiences)).Select(audience => (JsonNode)audience)]) }
            : new JsonObject { ["error"] = "invalid bearer token" };
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(review.ToJsonString());
    }

    private static JsonObject Owner() => new()
    {
        ["username"] = "system:serviceaccount:shop:web",
        ["uid"] = "u-1",
        ["groups"] = new JsonArray("system:serviceaccounts", "system:authenticated"),
        ["extra"] = new JsonObject { ["authentication.kubernetes.io/pod-name"] = new JsonArray("web-0") },
    };

    private async Task ReviewAccessAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        review["status"] = new JsonObject { ["allowed"] = MayAsk(review["spec"]!) };
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
            if (context.Request.Query["sendInitialEvents"] == "true")
            {
                version = await SendAllAsync(context, end.Token);
            }

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
                    await bookmark; // throws when the watch must end
                    if (bookmarks && Cluster.After(version) is { Events.Length: 0 } quiet)
                    {
                        version = quiet.Version;
                        await SendAsync(context, "BOOKMARK", Encoding.UTF8.GetBytes(Bookmark(version).ToJsonString()), end.Token);
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
            // The time of the watch is over, or the client has disconnected.
        }
    }

    /// <returns>The version of what was sent.</returns>
    private async Task<long> SendAllAsync(HttpContext context, CancellationToken cancellationToken)
    {
        (long version, StandInNode[] nodes) = Cluster.Snapshot();
        foreach (StandInNode node in nodes)
        {
            await SendAsync(context, "ADDED", node.Json, cancellationToken);
        }

        JsonObject end = Bookmark(version);
        end["metadata"]!["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        await SendAsync(context, "BOOKMARK", Encoding.UTF8.GetBytes(end.ToJsonString()), cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
        return version;
    }

    private static JsonObject Bookmark(long version) => new()
    {
        ["kind"] = "Node",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}", ["creationTimestamp"] = null },
        ["spec"] = new JsonObject(),
        ["status"] = new JsonObject { ["daemonEndpoints"] = new JsonObject(), ["nodeInfo"] = new JsonObject() },
    };

    private static async Task SendAsync(HttpContext context, string type, byte[] json, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), cancellationToken);
        await context.Response.Body.WriteAsync(json, cancellationToken);
        await context.Response.Body.WriteAsync("}\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>The watches that the next cut will end.</summary>
#pragma warning disable CA1001 // It is never disposed of, because a watch may ask for its token after the cut.
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
