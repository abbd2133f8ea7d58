using System.Globalization;
using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Writes complete answers with their length. Caches must not store them.</summary>
internal static class Answers
{
    public const string Json = "application/json";
    public const string NotSynced = "the server has not yet listed the Nodes of the cluster; try again in a second";

    /// <summary>The smallest Retry-After of a server that is busy.</summary>
    public const int LeastRetrySeconds = 3;

    public const int MostRetrySeconds = 10;

    public static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";

        // No deadline is needed: the body is small, and Kestrel's MinResponseDataRate disconnects a client that does not read it.
        return response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>Answers 503, and that it makes sense to ask again in a second.</summary>
    public static Task SoonAsync(HttpContext context, string error)
    {
        RetryAfter(context, 1);
        return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, error);
    }

    /// <summary>
    /// Answers 503, and that it makes sense to ask again in some seconds. The number is random, so that clients that were
    /// refused together do not come back together.
    /// </summary>
    public static Task LaterAsync(HttpContext context, string error)
    {
        RetryAfter(context, Random.Shared.Next(LeastRetrySeconds, MostRetrySeconds + 1));
        return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, error);
    }

    public static Task RefuseAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse { Error = error }, ContractsJson.Default.ErrorResponse));

    /// <summary>
    /// Answers 503 while the first list is incomplete. The node may exist then, so 404 would be wrong.
    /// </summary>
    public static Task NotSyncedAsync(HttpContext context, string name)
    {
        RetryAfter(context, 1);
        return UnknownAsync(context, StatusCodes.Status503ServiceUnavailable, name, NotSynced);
    }

    /// <summary>Answers 503 because the caller knows a later version of the Node than this replica.</summary>
    public static Task LagsAsync(HttpContext context, string name, ulong version, SeenHistory history)
    {
        RetryAfter(context, 1);
        string reason = $"this replica lags: it has seen the cluster up to resource version {history.Position}, and the caller knows {version}";
        return UnknownAsync(context, StatusCodes.Status503ServiceUnavailable, name, reason, history.ObservedAt);
    }

    private static void RetryAfter(HttpContext context, int seconds) =>
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

    public static Task UnknownAsync(HttpContext context, int status, string name, string reason, DateTimeOffset? observedAt = null) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(
            new NodeStateResponse { Name = name, State = NodeState.Unknown, Reason = reason, Version = 0, ObservedAt = observedAt }, ContractsJson.Default.NodeStateResponse));
}
