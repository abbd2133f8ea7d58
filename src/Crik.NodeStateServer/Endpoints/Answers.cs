using System.Text.Json;
using Crik.Contracts;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>How an answer is written: whole, with its length, never to be kept by a cache in between.</summary>
internal static class Answers
{
    public const string Json = "application/json";

    public static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(body).AsTask(); // small, and cut off by the server when nobody reads
    }

    public static Task RefuseAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse { Error = error }, ContractsJson.Default.ErrorResponse));

    /// <summary>Before the first list is complete nothing is known, which is not the same as a node that is not there.</summary>
    public static Task NotSyncedAsync(HttpContext context, string name)
    {
        context.Response.Headers.RetryAfter = "1";
        return UnknownAsync(context, StatusCodes.Status503ServiceUnavailable, name, "the Nodes are not listed yet");
    }

    public static Task UnknownAsync(HttpContext context, int status, string name, string reason) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(
            new NodeStateResponse { Name = name, State = NodeState.Unknown, Reason = reason, Version = 0 }, ContractsJson.Default.NodeStateResponse));
}
