using System.Text.Json.Nodes;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Kubectl.Tests.Commands;

/// <summary>A cluster with objects, whose pods follow their StatefulSet or Deployment, and in which commands can run.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly TempDirectory _files = new();
    private StandInApiServer _api = null!;

    /// <summary>Runs a command in a pod.</summary>
    public Func<StandInExecCall, Task> Exec { get; set; } = static call => call.FailAsync("exec: \"crik\": executable file not found in $PATH");

    /// <summary>Decides about requests before they have an effect: returns the message of a refusal, or null.</summary>
    public Func<string, string?> Refuse { get; set; } = static _ => null;

    /// <summary>How a pod that runs `crik rollback` ends: its phase and its log.</summary>
    public (string Phase, string Log) HelperEnds { get; set; } = ("Succeeded", "the next start restores checkpoint 2\n");

    /// <summary>The state of the container in such a pod. Null: the phase tells all.</summary>
    public string? HelperContainers { get; set; }

    /// <summary>Whether the cluster knows PodCheckpoints and PodMigrations.</summary>
    public bool HasPodCheckpoints { get; set; } = true;

    /// <summary>What an agent or the operator does with a PodCheckpoint or a PodMigration each time somebody looks at it.</summary>
    public Action<JsonObject> Agent { get; set; } = static _ => { };

    /// <summary>Whether the budgets allow that a pod is evicted. It is asked before each try.</summary>
    /// <summary>A namespace that is being deleted, in which nothing can be created or evicted any more.</summary>
    public string? EndingNamespace { get; set; }

    public Func<string, bool> MayEvict { get; set; } = static _ => true;

    /// <summary>Whether the connection breaks while a log is read.</summary>
    public bool BreaksLogs { get; set; }

    /// <summary>What changed objects, in order, as in `PATCH /apis/…`.</summary>
    public List<string> Writes { get; } = [];

    public string Kubeconfig { get; private set; } = "";

    public static async Task<FakeCluster> StartAsync()
    {
        FakeCluster cluster = new() { _api = await StandInApiServer.StartAsync() };
        cluster.Kubeconfig = cluster._files.Write("config", cluster._api.Kubeconfig("    token: t").Replace("user: somebody }", "user: somebody, namespace: shop }", StringComparison.Ordinal));
        StandInExec exec = new(call => cluster.Exec(call));
        cluster._api.Intercept = async context => await cluster.AnswerAsync(context, exec);
        return cluster;
    }

    public JsonObject? Find(string path)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(path)?.DeepClone().AsObject();
        }
    }

    /// <returns>The path of the pod that runs `crik rollback`, or null.</returns>
    public string? FindHelper()
    {
        lock (_gate)
        {
            return _objects.Keys.SingleOrDefault(static path => path.Contains("-crik-rollback-", StringComparison.Ordinal));
        }
    }

    /// <param name="path">As in `/api/v1/namespaces/shop/pods/web-0`.</param>
    public void Add(string path, string json)
    {
        lock (_gate)
        {
            _objects[path] = JsonNode.Parse(json)!.AsObject();
        }
    }

    public void AddPod(string name, string spec, string? owner = null, string phase = "Running", string labels = """{"app":"web"}""", string space = "shop") => Add($"/api/v1/namespaces/{space}/pods/{name}", $$"""
        {"metadata": {"name": "{{name}}", "namespace": "{{space}}", "labels": {{labels}}, "ownerReferences": [{{owner ?? ""}}]}, "spec": {{spec}}, "status": {"phase": "{{phase}}"} }
        """);

    public Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    /// <param name="interrupted">Stands for Ctrl-C.</param>
    public async Task<(int Code, string Output, string Error)> RunAsync(CancellationToken interrupted, params string[] arguments)
    {
        using MemoryStream output = new(), error = new();
        Terminal terminal = new(output, error, Stream.Null, name => name == "KUBECONFIG" ? Kubeconfig : null);
        int code = await Program.RunAsync(arguments, terminal, interrupted).WaitAsync(TimeSpan.FromSeconds(60));
        return (code, System.Text.Encoding.UTF8.GetString(output.ToArray()), System.Text.Encoding.UTF8.GetString(error.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _files.Dispose();
    }

    private async Task<bool> AnswerAsync(HttpContext context, StandInExec exec)
    {
        string request = $"{context.Request.Method} {context.Request.Path}";
        if (Refuse(request) is { } refusal)
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", refusal);
            return true;
        }

        if (await exec.AnswerAsync(context))
        {
            return true;
        }

        if (context.Request.Path.Value!.Split('/') is [.., var evicted, "eviction"] && !MayEvict(evicted))
        {
            await StandInApiServer.RefuseAsync(context, 429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
            return true;
        }

        if (EndingNamespace is { } ending && context.Request.Method is "POST" && context.Request.Path.Value!.StartsWith($"/api/v1/namespaces/{ending}/", StringComparison.Ordinal))
        {
            string path = context.Request.Path.Value![..^"/eviction".Length];
            lock (_gate)
            {
                _objects.Remove(path); // what deletes the namespace deletes the pod
            }

            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "the namespace is being terminated", "NamespaceTerminating");
            return true;
        }

        JsonNode? body = context.Request.ContentLength > 0 ? await JsonNode.ParseAsync(context.Request.Body) : null;
        if (context.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal))
        {
            context.Response.ContentLength = HelperEnds.Log.Length + (BreaksLogs ? 1 : 0);
            await context.Response.WriteAsync(HelperEnds.Log);
            if (BreaksLogs)
            {
                context.Abort();
            }

            return true;
        }

        JsonNode? answer;
        lock (_gate)
        {
            if (context.Request.Method != "GET" && !context.Request.Query.ContainsKey("dryRun"))
            {
                Writes.Add(request);
            }

            answer = Answer(context.Request, context.Request.Path.Value!, body);
        }

        if (answer is null)
        {
            await StandInApiServer.RefuseAsync(context, 404, "NotFound", $"{context.Request.Path} not found");
            return true;
        }

        if ((string?)(answer as JsonObject)?["refusal"] is { } reason)
        {
            await StandInApiServer.RefuseAsync(context, 409, reason, "there is one already");
            return true;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
        return true;
    }

    private JsonNode? Answer(HttpRequest request, string path, JsonNode? body)
    {
        string name = path.EndsWith("/scale", StringComparison.Ordinal) ? path[..^"/scale".Length] : path;
        bool isOrder = path.Contains("/podcheckpoints", StringComparison.Ordinal) || path.Contains("/podmigrations", StringComparison.Ordinal);
        if (isOrder && !HasPodCheckpoints)
        {
            return null;
        }

        if (isOrder && request.Method == "GET" && _objects.TryGetValue(path, out JsonObject? worked))
        {
            Agent(worked); // as if it had worked since
        }

        switch (request.Method)
        {
            case "POST" when path.EndsWith("/eviction", StringComparison.Ordinal) && _objects.ContainsKey(path[..^"/eviction".Length]):
                _ = request.Query.ContainsKey("dryRun") || _objects.Remove(path[..^"/eviction".Length]);
                return new JsonObject { ["kind"] = "Status" };
            case "POST" when isOrder:
                JsonObject order = body!.AsObject().DeepClone().AsObject();
                string chosen = (string?)order["metadata"]!["name"] ?? $"{order["metadata"]!["generateName"]}x{_objects.Count}";
                order["metadata"]!["name"] = chosen;
                order["metadata"]!["uid"] = $"uid-of-{chosen}";
                _objects[$"{path}/{chosen}"] = order;
                return order.DeepClone();
            case "GET" when _objects.TryGetValue(path, out JsonObject? found):
                return found.DeepClone();
            case "GET" when path.Split('/')[^1] is "pods" or "statefulsets" or "deployments" or "replicasets" or "jobs" or "namespaces" or "nodes" or "podcheckpoints" or "podmigrations"
                or "poddisruptionbudgets":
                return List(path, request.Query["labelSelector"]);
            case "PATCH" when _objects.TryGetValue(name, out JsonObject? old):
                Merge(old, body!.AsObject());
                if (old["spec"]?["selector"] is not null)
                {
                    Follow(old);
                }

                return old.DeepClone();
            case "POST" when _objects.ContainsKey($"{path}/{body!["metadata"]!["name"]}"):
                return new JsonObject { ["refusal"] = "AlreadyExists" };
            case "POST":
                JsonObject created = body!.AsObject().DeepClone().AsObject();
                created["status"] = new JsonObject { ["phase"] = HelperEnds.Phase, ["containerStatuses"] = HelperContainers is null ? null : JsonNode.Parse(HelperContainers) };
                _objects[$"{path}/{(string)created["metadata"]!["name"]!}"] = created;
                return created.DeepClone();
            case "DELETE" when _objects.Remove(name):
                return new JsonObject { ["kind"] = "Status" };
            default:
                return null;
        }
    }

    private JsonObject List(string path, string? selector)
    {
        string[] parts = path.Split('/');
        string plural = parts[^1];
        bool isAll = !path.Contains("/namespaces/", StringComparison.Ordinal) && plural != "namespaces";
        IEnumerable<JsonObject> found = _objects
            .Where(pair => isAll ? pair.Key.Split('/')[^2] == plural : pair.Key.StartsWith(path + "/", StringComparison.Ordinal) && pair.Key.Split('/').Length == parts.Length + 1)
            .Select(pair => pair.Value)
            .Where(item => selector is null || selector.Split(',').All(part => (string?)item["metadata"]!["labels"]?[part.Split('=')[0]] == part.Split('=')[1]));
        return new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. found.Select(item => item.DeepClone())]) };
    }

    /// <summary>Does what a controller does after its object was scaled: the last pods go.</summary>
    private void Follow(JsonObject owner)
    {
        bool isStateful = owner["spec"]?["serviceName"] is not null;
        long replicas = owner["spec"]?["suspend"] is { } suspended ? (bool)suspended ? 0 : 1 : (long?)owner["spec"]?["replicas"] ?? 1;
        string label = (string)owner["spec"]!["selector"]!["matchLabels"]!["app"]!;
        foreach ((string path, JsonObject pod) in _objects.Where(pair => pair.Key.Contains("/pods/", StringComparison.Ordinal)).ToArray())
        {
            string name = (string)pod["metadata"]!["name"]!;
            if ((string?)pod["metadata"]!["labels"]?["app"] == label && (!isStateful ? replicas == 0 : int.Parse(name.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture) >= replicas))
            {
                _objects.Remove(path);
            }
        }
    }

    private static void Merge(JsonObject old, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
            {
                old.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                JsonObject next = old[key] as JsonObject ?? [];
                if (next.Parent is null)
                {
                    old[key] = next;
                }

                Merge(next, inner);
            }
            else
            {
                old[key] = value.DeepClone();
            }
        }
    }
}
