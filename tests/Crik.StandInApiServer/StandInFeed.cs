using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn;

/// <summary>Lists the objects of one type, and keeps one watch at a time open, as an API server before Kubernetes 1.27 does.</summary>
public sealed class StandInFeed(string path, params JsonObject[] items)
{
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();

    /// <param name="type">`ADDED`, `MODIFIED` or `DELETED`.</param>
    public void Send(string type, JsonObject item) =>
        _events.Writer.TryWrite(new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString() + "\n"); // the channel has no limit

    public async Task<bool> AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != path)
        {
            return false;
        }

        if (context.Request.Query["sendInitialEvents"] == "true")
        {
            await StandInApiServer.RefuseAsync(context, 422, "Invalid", "sendInitialEvents is forbidden for watch");
            return true;
        }

        context.Response.ContentType = "application/json";
        if (context.Request.Query["watch"] != "true")
        {
            JsonObject list = new() { ["metadata"] = new JsonObject { ["resourceVersion"] = "1" }, ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]) };
            await context.Response.WriteAsync(list.ToJsonString());
            return true;
        }

        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (string line in _events.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        return true;
    }
}
