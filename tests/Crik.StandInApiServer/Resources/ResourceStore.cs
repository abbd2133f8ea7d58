using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Crik.StandIn.Resources;

/// <summary>
/// The objects of a cluster of any type, as an API server keeps them: one version counts all changes; a write with an older version is a
/// conflict; the status is apart from the rest; a deletion waits for finalizers, and that of a pod on a node for the kubelet.
/// </summary>
public sealed class ResourceStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<(string Space, string Name), StoredObject>> _types = [];
    private readonly Dictionary<string, ResourceHistory> _histories = [];
    private readonly Dictionary<string, StoredObject[]> _pages = [];
    private long _version = 1000;

    /// <summary>Is called for every change, in their order: the type, `ADDED`, `MODIFIED` or `DELETED`, and the object.</summary>
    public event Action<string, string, StoredObject>? Changed;

    public StoredObject? Find(string type, string space, string name)
    {
        lock (_gate)
        {
            return Of(type).GetValueOrDefault((space, name));
        }
    }

    public IReadOnlyList<StoredObject> All(string type)
    {
        lock (_gate)
        {
            return [.. Of(type).Values];
        }
    }

    /// <summary>Creates an object with its status, as no client could.</summary>
    public StoredObject Put(string type, JsonObject item)
    {
        lock (_gate)
        {
            Complete(item);
            return Write(type, "ADDED", item);
        }
    }

    /// <summary>Changes an object as a kubelet or a controller does, unless it is another one by now, or gone.</summary>
    public void Edit(string type, StoredObject seen, Action<JsonObject> edit)
    {
        lock (_gate)
        {
            (string space, string name) = ResourcePath.KeyOf(seen.Json);
            if (Of(type).GetValueOrDefault((space, name)) is { } now && now.Uid == seen.Uid)
            {
                JsonObject next = now.Copy();
                edit(next);
                Write(type, "MODIFIED", next);
            }
        }
    }

    /// <summary>Removes an object at once, as a kubelet does when a pod has ended.</summary>
    public void Remove(string type, StoredObject seen)
    {
        lock (_gate)
        {
            (string space, string name) = ResourcePath.KeyOf(seen.Json);
            if (Of(type).GetValueOrDefault((space, name)) is { } now && now.Uid == seen.Uid)
            {
                Erase(type, now);
            }
        }
    }

    public (StandInEvent[]? Events, Task Changed) After(string type, long version)
    {
        lock (_gate)
        {
            return HistoryOf(type).After(version);
        }
    }

    internal (long Version, StoredObject[] Items) Snapshot(string type)
    {
        lock (_gate)
        {
            return (_version, [.. Of(type).Values]);
        }
    }

    internal ResourceAnswer List(ResourcePath path, ResourceQuery query)
    {
        lock (_gate)
        {
            if (query.Continue.Length > 0 && !_pages.ContainsKey(query.Continue))
            {
                return ResourceAnswer.Refusal(410, "Expired", "the provided continue parameter is too old");
            }

            StoredObject[] rest = _pages.Remove(query.Continue, out StoredObject[]? kept) ? kept
                : [.. Of(path.Type).Where(pair => path.Space.Length == 0 || pair.Key.Space == path.Space).Select(static pair => pair.Value).Where(item => query.Matches(item.Json))];
            string next = "";
            if (query.Limit > 0 && rest.Length > query.Limit)
            {
                next = Guid.NewGuid().ToString("N");
                _pages[next] = rest[query.Limit..];
                rest = rest[..query.Limit];
            }

            return new ResourceAnswer(200, Joined(rest, $$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"{{_version}}","continue":"{{next}}"},"items":["""));
        }
    }

    internal ResourceAnswer Create(ResourcePath path, JsonObject item)
    {
        lock (_gate)
        {
            JsonNode metadata = item["metadata"]!;
            metadata["name"] ??= metadata["generateName"] + Guid.NewGuid().ToString("N")[..5];
            if (path.Space.Length > 0)
            {
                metadata["namespace"] = path.Space;
            }

            if (Of(path.Type).ContainsKey(ResourcePath.KeyOf(item)))
            {
                return ResourceAnswer.Refusal(409, "AlreadyExists", $"{metadata["name"]} already exists");
            }

            item.Remove("status");
            if (path.Type is "pods")
            {
                item["status"] = new JsonObject { ["phase"] = "Pending" };
            }

            Complete(item);
            return new ResourceAnswer(201, Write(path.Type, "ADDED", item).Bytes);
        }
    }

    /// <param name="change">Makes the next object of the one that is there. Null: the change does not fit.</param>
    internal ResourceAnswer Update(ResourcePath path, Func<JsonObject, JsonObject?> change)
    {
        lock (_gate)
        {
            if (Of(path.Type).GetValueOrDefault((path.Space, path.Name)) is not { } old)
            {
                return ResourceAnswer.NotFound(path.Name);
            }

            if (change(old.Json) is not { } wanted)
            {
                return ResourceAnswer.Refusal(422, "Invalid", "a test of the JSON patch failed");
            }

            foreach (string field in (string[])["uid", "resourceVersion"])
            {
                if ((string?)wanted["metadata"]?[field] is { } expected && expected != (string?)old.Json["metadata"]![field])
                {
                    return ResourceAnswer.Conflict("the object has been modified; please apply your changes to the latest version and try again");
                }
            }

            return new ResourceAnswer(200, Replace(path, old, wanted).Bytes);
        }
    }

    internal ResourceAnswer Delete(ResourcePath path, JsonNode? how)
    {
        lock (_gate)
        {
            if (Of(path.Type).GetValueOrDefault((path.Space, path.Name)) is not { } old)
            {
                return ResourceAnswer.NotFound(path.Name);
            }

            foreach (string field in (string[])["uid", "resourceVersion"])
            {
                if ((string?)how?["preconditions"]?[field] is { } wanted && wanted != (string?)old.Json["metadata"]![field])
                {
                    return ResourceAnswer.Conflict($"Precondition failed: {field}");
                }
            }

            long grace = path.Type is "pods" && old.Json["spec"]?["nodeName"] is not null
                ? (long?)how?["gracePeriodSeconds"] ?? (long?)old.Json["spec"]!["terminationGracePeriodSeconds"] ?? 30 : 0;
            if (old.IsEnding || (grace == 0 && !old.HasFinalizers))
            {
                return old.IsEnding ? new ResourceAnswer(200, old.Bytes) : new ResourceAnswer(200, Erase(path.Type, old).Bytes);
            }

            JsonObject next = old.Copy();
            next["metadata"]!["deletionTimestamp"] = Time(DateTimeOffset.UtcNow.AddSeconds(grace));
            next["metadata"]!["deletionGracePeriodSeconds"] = grace;
            return new ResourceAnswer(200, Write(path.Type, "MODIFIED", next).Bytes);
        }
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static byte[] Joined(StoredObject[] items, string head)
    {
        using MemoryStream body = new();
        body.Write(Encoding.UTF8.GetBytes(head));
        for (int i = 0; i < items.Length; i++)
        {
            body.Write(i == 0 ? [] : ","u8);
            body.Write(items[i].Bytes);
        }

        body.Write("]}"u8);
        return body.ToArray();
    }

    private static void Complete(JsonObject item)
    {
        JsonNode metadata = item["metadata"]!;
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(DateTimeOffset.UtcNow);
        metadata["generation"] = 1L;
    }

    /// <summary>A write that changes nothing makes no new version. One that takes the last finalizer of a deleted object away removes it.</summary>
    private StoredObject Replace(ResourcePath path, StoredObject old, JsonObject wanted)
    {
        JsonObject next = path.Part is "status" ? old.Copy() : wanted.DeepClone().AsObject();
        next["status"] = (path.Part is "status" ? wanted : old.Json)["status"]?.DeepClone();
        if (next["status"] is null)
        {
            next.Remove("status");
        }

        foreach (string field in (string[])["uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "namespace", "name"])
        {
            if (old.Json["metadata"]![field] is { } kept)
            {
                next["metadata"]![field] = kept.DeepClone();
            }
        }

        if (JsonNode.DeepEquals(next, old.Json))
        {
            return old;
        }

        if (!JsonNode.DeepEquals(next["spec"], old.Json["spec"]))
        {
            next["metadata"]!["generation"] = (long)old.Json["metadata"]!["generation"]! + 1;
        }

        StoredObject written = Write(path.Type, "MODIFIED", next);
        return written is { IsEnding: true, HasFinalizers: false } && path.Type is not "pods" ? Erase(path.Type, written) : written;
    }

    private StoredObject Write(string type, string change, JsonObject item)
    {
        StoredObject stored = StoredObject.Of(item, ++_version);
        Of(type)[ResourcePath.KeyOf(item)] = stored;
        return Tell(type, change, stored);
    }

    private StoredObject Erase(string type, StoredObject old)
    {
        Of(type).Remove(ResourcePath.KeyOf(old.Json));
        return Tell(type, "DELETED", StoredObject.Of(old.Copy(), ++_version));
    }

    private StoredObject Tell(string type, string change, StoredObject item)
    {
        HistoryOf(type).Add(new StandInEvent(item.Version, change, item.Bytes));
        Changed?.Invoke(type, change, item);
        return item;
    }

    private SortedDictionary<(string Space, string Name), StoredObject> Of(string type)
    {
        if (!_types.TryGetValue(type, out SortedDictionary<(string, string), StoredObject>? objects))
        {
            _types[type] = objects = new SortedDictionary<(string Space, string Name), StoredObject>(Comparer<(string Space, string Name)>.Create(static (left, right) =>
                string.CompareOrdinal(left.Space, right.Space) is not 0 and var order ? order : string.CompareOrdinal(left.Name, right.Name)));
        }

        return objects;
    }

    private ResourceHistory HistoryOf(string type)
    {
        if (!_histories.TryGetValue(type, out ResourceHistory? history))
        {
            _histories[type] = history = new ResourceHistory();
        }

        return history;
    }
}
