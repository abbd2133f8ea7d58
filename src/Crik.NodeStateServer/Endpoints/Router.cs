using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Metrics;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Finds the endpoint for each request. This is not ASP.NET Core's routing, because there are only nine paths, each
/// port must serve only its own paths, and every refusal must have a body.
/// </summary>
internal sealed class Router(
    NodeEndpoints nodes,
    WatchEndpoint watch,
    HealthEndpoints health,
    MetricsEndpoint metrics,
    CallerCheck callers,
    ServerMetrics counters,
    TimeProvider clock,
    ILogger<Router> log)
{
    private const string NodesPath = "/v1/nodes";
    private const string OriginalPath = "/nodes/";

    public Task HandleAsync(HttpContext context)
    {
        Listener? listener = context.Features.Get<Listener>();
        string path = context.Request.Path.Value ?? "/";
        return listener == Listener.States ? CountedAsync(context, path)
            : listener == Listener.Metrics && path == "/metrics" ? OnlyGet(context) ?? metrics.GetAsync(context)
            : listener == Listener.Health && path is ("/healthz" or "/livez") ? OnlyGet(context) ?? HealthEndpoints.AliveAsync(context)
            : listener == Listener.Health && path == "/readyz" ? OnlyGet(context) ?? health.ReadyAsync(context)
            : Nothing(context, path);
    }

    private async Task CountedAsync(HttpContext context, string path)
    {
        long began = clock.GetTimestamp();
        RequestKind kind = KindOf(context, path);
        try
        {
            await (await RefusalAsync(context, kind) ?? AnswerAsync(context, kind, path));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        }

        counters.Answered(kind, context.Response.StatusCode, clock.GetElapsedTime(began));
        log.Answered(context.Request.Method, path, context.Response.StatusCode);
    }

    private static RequestKind KindOf(HttpContext context, string path) =>
        path.StartsWith(NodesPath + "/", StringComparison.Ordinal) ? (IsPoll(context) ? RequestKind.Wait : RequestKind.Node)
        : path == NodesPath ? RequestKind.Nodes
        : path == "/v1/watch" ? RequestKind.Watch
        : path == "/node-state" || path.StartsWith(OriginalPath, StringComparison.Ordinal) ? RequestKind.Original
        : RequestKind.None;

    private static bool IsPoll(HttpContext context) => context.Request.QueryString.Value?.Contains("wait=", StringComparison.Ordinal) ?? false;

    /// <summary>
    /// Refuses methods other than GET and HEAD, requests with a body, and callers without a good token.
    /// </summary>
    /// <returns>The refusal, or null when the request is allowed.</returns>
    private async ValueTask<Task?> RefusalAsync(HttpContext context, RequestKind kind) =>
        kind is RequestKind.None ? null
        : OnlyGet(context) is { } refusal ? refusal
        : CallerAnswers.Refusal(
            context, await callers.CheckAsync(context.Request.Headers.Authorization, context.Connection.RemoteIpAddress, context.RequestAborted), callers.Audience);

    private Task AnswerAsync(HttpContext context, RequestKind kind, string path) => kind switch
    {
        RequestKind.Node or RequestKind.Wait => nodes.GetNodeAsync(context, path[(NodesPath.Length + 1)..]),
        RequestKind.Nodes => nodes.GetAllAsync(context),
        RequestKind.Watch => watch.GetAsync(context),
        RequestKind.Original when path.StartsWith(OriginalPath, StringComparison.Ordinal) => nodes.GetOriginalAsync(context, path[OriginalPath.Length..].Trim('/')),
        RequestKind.Original => nodes.GetOriginalAsync(context, NameInQuery(context)),
        _ => Nothing(context, path),
    };

    private static string NameInQuery(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        return (query.TryGetValue("name", out Microsoft.Extensions.Primitives.StringValues name) ? name : query["node"]).ToString();
    }

    /// <returns>The refusal, or null when the request is allowed.</returns>
    private static Task? OnlyGet(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";

            // The body of the request is not read, so the connection cannot be used again.
            context.Response.Headers.Connection = "close";
            string problem = $"the method {context.Request.Method} is not allowed here; use GET or HEAD";
            return Answers.RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, problem);
        }

        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Response.Headers.Connection = "close";
            return Answers.RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "a request must not have a body");
        }

        return null;
    }

    private static Task Nothing(HttpContext context, string path) =>
        Answers.RefuseAsync(context, StatusCodes.Status404NotFound, $"this port does not serve the path {path}");
}
