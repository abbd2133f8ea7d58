using System.Text.Json;
using Crik.Contracts;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Writes complete answers with their length. Caches must not store them.</summary>
internal static class Answers
{
    public const string Json = "application/json";
    public const string NotSynced = "the server has not yet listed the Nodes of the cluster; try again in a second";

    public static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";

        // No cancellation is needed: the body is small, and Kestrel closes the connection of a client that does not read.
        return response.Body.WriteAsync(body).AsTask();
    }

    public static Task RefuseAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse { Error = error }, ContractsJson.Default.ErrorResponse));

    /// <summary>
    /// Answers 503 while the first list is incomplete. The node may exist then, so 404 would be wrong.
    /// </summary>
    public static Task NotSyncedAsync(HttpContext context, string name)
    {
        context.Response.Headers.RetryAfter = "1";
        return UnknownAsync(context, StatusCodes.Status503ServiceUnavailable, name, NotSynced);
    }

    public static Task UnknownAsync(HttpContext context, int status, string name, string reason) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(
            new NodeStateResponse { Name = name, State = NodeState.Unknown, Reason = reason, Version = 0 }, ContractsJson.Default.NodeStateResponse));
}
