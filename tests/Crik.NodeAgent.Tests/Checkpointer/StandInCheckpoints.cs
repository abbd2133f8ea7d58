using System.Text.Json.Nodes;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeAgent.Tests.Checkpointer;

/// <summary>The PodCheckpoints of a stand-in API server: it creates, lists, deletes and watches them.</summary>
internal sealed class StandInCheckpoints
{
    private const string Root = "/apis/crik.dev/v1alpha1";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _items = [];
    private readonly List<(long Version, string Space, string Json)> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;

    /// <summary>How many watches were opened.</summary>
    public int Watches { get; private set; }

    public IReadOnlyList<JsonObject> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _items.Values.Select(item => item.DeepClone().AsObject())];
            }
        }
    }

    /// <summary>Waits until somebody has ordered a checkpoint.</summary>
    public async Task<JsonObject> OrderedAsync(int number = 1)
    {
        await Eventually.TrueAsync(() => Task.FromResult(All.Count >= number), "a checkpoint is ordered");
        return All[number - 1];
    }

    public void SetStatus(JsonObject item, string status) => Change(item, "MODIFIED", JsonNode.Parse(status));

    public void Delete(JsonObject item) => Change(item, "DELETED", null);

    public async Task<bool> AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        if (!path.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = path[Root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        string space = parts[0] == "namespaces" ? parts[1] : "";
        switch (context.Request.Method)
        {
            case "POST":
                await WriteAsync(context, 201, Create(space, (await JsonNode.ParseAsync(context.Request.Body))!.AsObject()));
                return true;
            case "DELETE":
                await DeleteAsync(context, $"{space}/{parts[^1]}", (await JsonNode.ParseAsync(context.Request.Body))!);
                return true;
            case "GET" when context.Request.Query["sendInitialEvents"] == "true":
                await StandInApiServer.RefuseAsync(context, 422, "Invalid", "sendInitialEvents is forbidden for watch");
                return true;
            case "GET" when context.Request.Query["watch"] == "true":
                await WatchAsync(context, space);
                return true;
            default:
                await WriteAsync(context, 200, List(space, context.Request.Query["labelSelector"].ToString(), context.Request.Query["fieldSelector"].ToString()));
                return true;
        }
    }

    private JsonObject Create(string space, JsonObject item)
    {
        lock (_gate)
        {
            string name = (string)item["metadata"]!["name"]!;
            item["metadata"]!["uid"] = $"uid-{++_version}";
            item["metadata"]!["creationTimestamp"] = "2026-11-01T00:00:00Z";
            item["metadata"]!["resourceVersion"] = $"{_version}";
            _items[$"{space}/{name}"] = item.DeepClone().AsObject();
            return item;
        }
    }

    private async Task DeleteAsync(HttpContext context, string key, JsonNode how)
    {
        JsonObject? item;
        lock (_gate)
        {
            item = _items.GetValueOrDefault(key);
        }

        if (item is not null && (string?)how["preconditions"]?["resourceVersion"] is { } version && version != (string?)item["metadata"]!["resourceVersion"])
        {
            await StandInApiServer.RefuseAsync(context, 409, "Conflict", "Precondition failed: resourceVersion");
            return;
        }

        Change(item!, "DELETED", null);
        await WriteAsync(context, 200, JsonNode.Parse("""{"kind":"Status","status":"Success"}""")!.AsObject());
    }

    private void Change(JsonObject item, string type, JsonNode? status)
    {
        lock (_gate)
        {
            string space = (string)item["metadata"]!["namespace"]!;
            string key = $"{space}/{item["metadata"]!["name"]}";
            JsonObject now = _items[key];
            now["metadata"]!["resourceVersion"] = $"{++_version}";
            if (type == "DELETED")
            {
                _items.Remove(key);
            }
            else
            {
                now["status"] = status;
            }

            _events.Add((_version, space, new JsonObject { ["type"] = type, ["object"] = now.DeepClone() }.ToJsonString() + "\n"));
            TaskCompletionSource changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    private JsonObject List(string space, string labels, string fields)
    {
        lock (_gate)
        {
            string[] label = labels.Split('=');
            IEnumerable<JsonObject> found = _items.Where(pair => space.Length == 0 || pair.Key.StartsWith(space + "/", StringComparison.Ordinal)).Select(pair => pair.Value)
                .Where(item => labels.Length == 0 || (string?)item["metadata"]!["labels"]?[label[0]] == label[1])
                .Where(item => fields.Length == 0 || fields == $"metadata.name={item["metadata"]!["name"]}");
            return new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_version}" }, ["items"] = new JsonArray([.. found.Select(item => item.DeepClone())]) };
        }
    }

    private async Task WatchAsync(HttpContext context, string space)
    {
        long seen = long.Parse(context.Request.Query["resourceVersion"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        lock (_gate)
        {
            Watches++;
        }

        while (!context.RequestAborted.IsCancellationRequested)
        {
            Task changed;
            (long Version, string Space, string Json)[] news;
            lock (_gate)
            {
                changed = _changed.Task;
                news = [.. _events.Where(happened => happened.Version > seen && happened.Space == space)];
            }

            foreach ((long version, _, string json) in news)
            {
                seen = version;
                await context.Response.WriteAsync(json, context.RequestAborted);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
            await changed.WaitAsync(context.RequestAborted);
        }
    }

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
