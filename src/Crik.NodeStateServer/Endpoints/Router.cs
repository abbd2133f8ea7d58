using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Finds the endpoint for each request. This is not ASP.NET Core's routing, because there are only ten paths, each
/// port must serve only its own paths, and every refusal must have a body.
/// </summary>
internal sealed class Router(EndpointSet endpoints, CallerGate callers, ServerMetrics counters, TimeProvider clock, ILogger<Router> log)
{
    private const string NodesPath = "/v1/nodes";
    private const string OriginalPath = "/nodes/";

    public async Task HandleAsync(HttpContext context)
    {
        OpenConnection connection = context.Features.GetRequiredFeature<OpenConnection>();
        connection.RequestBegins();
        try
        {
            await AnswerAsync(context, connection.Listener, context.Request.Path.Value ?? "/");
        }
        finally
        {
            connection.RequestEnds();
        }
    }

    private Task AnswerAsync(HttpContext context, Listener listener, string path) =>
        listener == Listener.States ? CountedAsync(context, path)
        : listener == Listener.Metrics && path == "/metrics" ? OnlyGet(context) ?? endpoints.Metrics.GetAsync(context)
        : listener == Listener.Health && path is "/livez" or "/healthz" ? OnlyGet(context) ?? endpoints.Health.AliveAsync(context)
        : listener == Listener.Health && path == "/readyz" ? OnlyGet(context) ?? endpoints.Health.ReadyAsync(context)
        : Nothing(context, path);

    private async Task CountedAsync(HttpContext context, string path)
    {
        long began = clock.GetTimestamp();
        RequestKind kind = KindOf(context, path);
        int code = StatusCodes.Status500InternalServerError;
        try
        {
            await (await RefusalAsync(context, kind) ?? AnswerAsync(context, kind, path));
            code = context.Response.StatusCode;
        }
        catch (OperationCanceledException canceled) when (canceled is SlowReaderException || context.RequestAborted.IsCancellationRequested)
        {
            // Closing the connection is how a client ends a stream. Every other answer was not complete.
            bool isStreamEnd = kind is RequestKind.Watch && context.Response.HasStarted && canceled is not SlowReaderException;
            code = isStreamEnd ? context.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            counters.Answered(kind, code, clock.GetElapsedTime(began));
            log.Answered(context.Request.Method, path, code);
        }
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
            context,
            await callers.CheckAsync(context.Request.Headers.Authorization, context.Features.GetRequiredFeature<OpenConnection>().Address, context.RequestAborted),
            callers.Audience);

    private Task AnswerAsync(HttpContext context, RequestKind kind, string path) => kind switch
    {
        RequestKind.Node or RequestKind.Wait => endpoints.Nodes.GetNodeAsync(context, path[(NodesPath.Length + 1)..]),
        RequestKind.Nodes => endpoints.List.GetAsync(context),
        RequestKind.Watch => endpoints.Watch.GetAsync(context),
        RequestKind.Original when path.StartsWith(OriginalPath, StringComparison.Ordinal) => endpoints.Nodes.GetOriginalAsync(context, path[OriginalPath.Length..].Trim('/')),
        RequestKind.Original => endpoints.Nodes.GetOriginalAsync(context, NameInQuery(context)),
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

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Response.Headers.Connection = "close";
            return Answers.RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "a request must not have a body");
        }

        return null;
    }

    private static Task Nothing(HttpContext context, string path) =>
        Answers.RefuseAsync(context, StatusCodes.Status404NotFound, $"this port does not serve the path {path}");
}
