using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn.Resources;

/// <summary>Answers requests for the objects of a <see cref="ResourceStore"/>, of whatever type, and counts them.</summary>
public sealed class ResourceServer(ResourceStore store)
{
    public RequestCounts Counts { get; } = new();

    /// <summary>What the webhooks for new pods make of one.</summary>
    public Func<string, JsonObject, Task<JsonObject>> Admit { get; set; } = static (_, pod) => Task.FromResult(pod);

    /// <summary>The types that the server does not know, so that it answers 404.</summary>
    public HashSet<string> Unknown { get; } = [];

    public async Task<bool> AnswerAsync(HttpContext context)
    {
        if (ResourcePath.Parse(context.Request.Path.Value!) is not { } path || Unknown.Contains(path.Type))
        {
            return false;
        }

        if (context.Request.Query["watch"] == "true")
        {
            Counts.Add($"watch {path.Type}", 0);
            await WatchAsync(context, path);
            return true;
        }

        ResourceAnswer answer = await AnswerAsync(context.Request, path);
        Counts.Add(NameOf(context.Request.Method, path), answer.Body.Length);
        context.Response.StatusCode = answer.Code;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body);
        return true;
    }

    /// <summary>Creates a pod as a controller does it: with the webhooks.</summary>
    public async Task<ResourceAnswer> CreatePodAsync(string space, JsonObject pod) =>
        store.Create(new ResourcePath("pods", space, "", ""), await Admit(space, pod));

    private async Task<ResourceAnswer> AnswerAsync(HttpRequest request, ResourcePath path)
    {
        JsonNode? body = request.ContentLength > 0 ? await JsonNode.ParseAsync(request.Body) : null;
        return (request.Method, path.Name) switch
        {
            ("GET", "") => store.List(path, ResourceQuery.Of(request)),
            ("GET", _) => store.Find(path.Type, path.Space, path.Name) is { } found ? new ResourceAnswer(200, found.Bytes) : ResourceAnswer.NotFound(path.Name),
            ("POST", "") when path.Type is "pods" => await CreatePodAsync(path.Space, body!.AsObject()),
            ("POST", "") => store.Create(path, body!.AsObject()),
            ("PUT", not "") => store.Update(path, _ => body!.AsObject()),
            ("PATCH", not "") => store.Update(path, old => ObjectPatch.Apply(old, body!, request.ContentType is "application/merge-patch+json")),
            ("DELETE", not "") => store.Delete(path, body),
            _ => ResourceAnswer.Refusal(405, "MethodNotAllowed", request.Method),
        };
    }

    private static string NameOf(string method, ResourcePath path)
    {
        string type = path.Type + (path.Part.Length > 0 ? "/" + path.Part : "");
        return method switch
        {
            "GET" when path.Name.Length == 0 => $"list {type}" + (path.Space.Length == 0 ? " (all)" : ""),
            "POST" => $"create {type}",
            "PUT" => $"update {type}",
            _ => $"{method.ToLowerInvariant()} {type}",
        };
    }

    private async Task WatchAsync(HttpContext context, ResourcePath path)
    {
        ResourceQuery query = ResourceQuery.Of(context.Request);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        end.CancelAfter(TimeSpan.FromSeconds(int.Parse((string?)context.Request.Query["timeoutSeconds"] ?? "1800", CultureInfo.InvariantCulture)));
        context.Response.ContentType = "application/json";
        try
        {
            long version = context.Request.Query["sendInitialEvents"] == "true" ? await SendAllAsync(context, path, query, end.Token)
                : long.Parse((string?)context.Request.Query["resourceVersion"] ?? "0", CultureInfo.InvariantCulture);
            await context.Response.Body.FlushAsync(end.Token);
            while (true)
            {
                (StandInEvent[]? events, Task changed) = store.After(path.Type, version);
                if (events is null)
                {
                    await StandInApiServer.SendErrorAsync(context, 410, "Expired", $"too old resource version: {version}");
                    return;
                }

                foreach (StandInEvent happened in events)
                {
                    JsonObject item = JsonNode.Parse(happened.Json)!.AsObject();
                    if ((path.Space.Length == 0 || (string?)item["metadata"]!["namespace"] == path.Space) && query.Matches(item))
                    {
                        await SendAsync(context, happened.Type, happened.Json, end.Token);
                    }

                    version = happened.Version;
                }

                await context.Response.Body.FlushAsync(end.Token);
                await changed.WaitAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The time of the watch is over, or the client has disconnected.
        }
    }

    private async Task<long> SendAllAsync(HttpContext context, ResourcePath path, ResourceQuery query, CancellationToken cancellationToken)
    {
        (long version, StoredObject[] items) = store.Snapshot(path.Type);
        foreach (StoredObject item in items.Where(item => (path.Space.Length == 0 || ResourcePath.KeyOf(item.Json).Space == path.Space) && query.Matches(item.Json)))
        {
            await SendAsync(context, "ADDED", item.Bytes, cancellationToken);
        }

        string bookmark = $$"""{"metadata":{"resourceVersion":"{{version}}","annotations":{"k8s.io/initial-events-end":"true"} } }""";
        await SendAsync(context, "BOOKMARK", Encoding.UTF8.GetBytes(bookmark), cancellationToken);
        return version;
    }

    private static async Task SendAsync(HttpContext context, string type, byte[] json, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), cancellationToken);
        await context.Response.Body.WriteAsync(json, cancellationToken);
        await context.Response.Body.WriteAsync("}\n"u8.ToArray(), cancellationToken);
    }
}
