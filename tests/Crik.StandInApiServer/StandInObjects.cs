using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn;

/// <summary>
/// Stores the objects of one type as an API server does: versions, conflicts, preconditions, the status apart from the
/// rest, pages, and the three kinds of patches.
/// </summary>
public sealed class StandInObjects(string root)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private int _version = 100;

    /// <summary>A field of spec without which no object is created, if there is one.</summary>
    public string? RequiredField { get; init; }

    /// <summary>A field of status that the definition of the objects does not have, so that it is dropped.</summary>
    public string? UnknownStatusField { get; set; }

    /// <summary>Runs before each PUT and PATCH, as another program that is faster.</summary>
    public Action? BeforeWrite { get; set; }

    public List<string> Owners { get; } = [];

    public JsonObject this[string name] => _objects[name];

    public IReadOnlyList<JsonObject> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _objects.Values];
            }
        }
    }

    public void Edit(string name, Action<JsonObject> edit)
    {
        lock (_gate)
        {
            edit(_objects[name]);
            Stamp(_objects[name]);
        }
    }

    public async Task<bool> AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        JsonNode? body = context.Request.ContentLength > 0 ? await JsonNode.ParseAsync(context.Request.Body) : null;
        (int code, JsonNode answer) = Answer(context.Request, parts.ElementAtOrDefault(0), parts.ElementAtOrDefault(1), body);
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
        return true;
    }

    private (int Code, JsonNode Body) Answer(HttpRequest request, string? name, string? subresource, JsonNode? body)
    {
        if (request.Method is "PUT" or "PATCH")
        {
            BeforeWrite?.Invoke();
        }

        lock (_gate)
        {
            return (request.Method, name) switch
            {
                ("GET", null) => (200, List(request)),
                ("POST", null) => Create((string)body!["metadata"]!["name"]!, body.AsObject()),
                ("PATCH", { } applied) when IsApply(request) => Apply(request, applied, body!.AsObject()),
                (_, { } missing) when !_objects.ContainsKey(missing) => Refusal(404, "NotFound", $"{missing} not found"),
                ("GET", { } found) => (200, _objects[found].DeepClone()),
                ("PUT", { } replaced) => Write(replaced, subresource, body!.AsObject()),
                ("PATCH", { } tested) when FailsTest(request, _objects[tested], body!) => Refusal(422, "Invalid", "a test of the JSON patch failed"),
                ("PATCH", { } patched) => Write(patched, subresource, Patched(request, _objects[patched], body!)),
                ("DELETE", { } deleted) => Delete(deleted, body!),
                _ => Refusal(405, "MethodNotAllowed", request.Method),
            };
        }
    }

    private (int, JsonNode) Create(string name, JsonObject item)
    {
        if (_objects.ContainsKey(name))
        {
            return Refusal(409, "AlreadyExists", $"{name} already exists");
        }

        if (RequiredField is { } required && item["spec"]?[required] is null)
        {
            JsonNode invalid = JsonNode.Parse(StandInApiServer.Status(422, "Invalid", $"{name} is invalid"))!;
            invalid["details"] = JsonNode.Parse($$"""{"causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.{{required}}"}]}""");
            return (422, invalid);
        }

        JsonObject created = item.DeepClone().AsObject();
        created["metadata"]!["uid"] = $"uid-{name}-{_version}";
        created.Remove("status"); // as an API server does where the status is a subresource
        _objects[name] = created;
        return (201, Stamp(created).DeepClone());
    }

    private (int, JsonNode) Write(string name, string? subresource, JsonObject wanted)
    {
        JsonObject old = _objects[name];
        if ((string?)wanted["metadata"]?["resourceVersion"] is { } version && version != (string?)old["metadata"]!["resourceVersion"])
        {
            return Refusal(409, "Conflict", "the object has been modified");
        }

        JsonObject next = (subresource == "status" ? old : wanted).DeepClone().AsObject();
        next["status"] = (subresource == "status" ? wanted : old)["status"]?.DeepClone();
        if (UnknownStatusField is { } unknown)
        {
            next["status"]?.AsObject().Remove(unknown);
        }

        _objects[name] = next;
        return (200, Stamp(next).DeepClone());
    }

    private (int, JsonNode) Apply(HttpRequest request, string name, JsonObject fields)
    {
        string owner = (string?)request.Query["fieldManager"] ?? "";
        if (owner.Length == 0)
        {
            return Refusal(400, "BadRequest", "fieldManager is required for apply patch");
        }

        if (Owners.Count > 0 && !Owners.Contains(owner) && request.Query["force"] != "true")
        {
            return Refusal(409, "Conflict", $"Apply failed with 1 conflict: conflict with \"{Owners[0]}\"");
        }

        Owners.Add(owner);
        return _objects.TryGetValue(name, out JsonObject? old) ? Write(name, null, Merged(old, fields)) : Create(name, fields);
    }

    private (int, JsonNode) Delete(string name, JsonNode how)
    {
        JsonNode metadata = _objects[name]["metadata"]!;
        foreach (string field in (string[])["uid", "resourceVersion"])
        {
            if ((string?)how["preconditions"]?[field] is { } wanted && wanted != (string?)metadata[field])
            {
                return Refusal(409, "Conflict", $"Precondition failed: {field}");
            }
        }

        LastDeletion = how.ToJsonString();
        _objects.Remove(name);
        return (200, JsonNode.Parse("""{"kind":"Status","status":"Success"}""")!);
    }

    public string? LastDeletion { get; private set; }

    private JsonObject List(HttpRequest request)
    {
        int limit = int.Parse((string?)request.Query["limit"] ?? "1000", CultureInfo.InvariantCulture);
        string after = (string?)request.Query["continue"] ?? "";
        string[]? label = ((string?)request.Query["labelSelector"])?.Split('=');
        JsonObject[] rest = [.. _objects.Where(pair => string.CompareOrdinal(pair.Key, after) > 0)
            .Select(pair => pair.Value).Where(item => label is null || (string?)item["metadata"]!["labels"]?[label[0]] == label[1])];
        JsonObject metadata = new() { ["resourceVersion"] = $"{_version}" };
        if (rest.Length > limit)
        {
            metadata["continue"] = (string)rest[limit - 1]["metadata"]!["name"]!;
        }

        return new JsonObject { ["metadata"] = metadata, ["items"] = new JsonArray([.. rest.Take(limit).Select(item => item.DeepClone())]) };
    }

    private static bool IsApply(HttpRequest request) => request.ContentType == "application/apply-patch+yaml";

    private static JsonObject Patched(HttpRequest request, JsonObject old, JsonNode patch)
    {
        if (request.ContentType == "application/merge-patch+json")
        {
            return Merged(old, patch.AsObject());
        }

        JsonObject next = old.DeepClone().AsObject();
        foreach (JsonNode? operation in patch.AsArray())
        {
            string[] path = ((string)operation!["path"]!)[1..].Split('/');
            if ((string?)operation["op"] is not "test")
            {
                path[..^1].Aggregate((JsonNode)next, At)[path[^1]] = operation["value"]!.DeepClone();
            }
        }

        return next;
    }

    private static bool FailsTest(HttpRequest request, JsonObject old, JsonNode patch) => request.ContentType == "application/json-patch+json"
        && patch.AsArray().Where(operation => (string?)operation!["op"] is "test")
            .Any(test => !JsonNode.DeepEquals(((string)test!["path"]!)[1..].Split('/').Aggregate((JsonNode)old, At), test["value"]));

    private static JsonNode At(JsonNode node, string key) => (node is JsonArray list ? list[int.Parse(key, CultureInfo.InvariantCulture)] : node[key])!;

    private static JsonObject Merged(JsonObject old, JsonObject patch)
    {
        JsonObject next = old.DeepClone().AsObject();
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
            {
                next.Remove(key);
            }
            else
            {
                next[key] = value is JsonObject inner ? Merged(next[key] as JsonObject ?? [], inner) : value.DeepClone();
            }
        }

        return next;
    }

    private JsonObject Stamp(JsonObject item)
    {
        item["metadata"]!["resourceVersion"] = $"{++_version}";
        return item;
    }

    private static (int, JsonNode) Refusal(int code, string reason, string message) => (code, JsonNode.Parse(StandInApiServer.Status(code, reason, message))!);
}
