using System.Text;
using System.Text.Json.Nodes;

namespace Crik.StandIn;

/// <summary>The Nodes of a cluster and their history, as etcd keeps them: one number for every change of anything.</summary>
public sealed class StandInCluster
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, StandInNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<StandInEvent> _events = [];
    private readonly Dictionary<long, StandInNode[]> _snapshots = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Of the last change.</summary>
    public long Version { get; private set; } = 1000;

    /// <summary>Events up to here are forgotten: whoever watches from before gets 410.</summary>
    public long CompactedTo { get; private set; }

    public void Apply(JsonObject node)
    {
        lock (_gate)
        {
            string name = (string)node["metadata"]!["name"]!;
            node["metadata"]!["resourceVersion"] = $"{++Version}";
            bool isNew = !_nodes.ContainsKey(name);
            node["kind"] = "Node";
            node["apiVersion"] = "v1";
            byte[] json = Encoding.UTF8.GetBytes(node.ToJsonString());
            _nodes[name] = new StandInNode(name, Version, json);
            Add(isNew ? "ADDED" : "MODIFIED", json);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            JsonNode node = JsonNode.Parse(_nodes[name].Json)!;
            _nodes.Remove(name);
            node["metadata"]!["resourceVersion"] = $"{++Version}";
            Add("DELETED", Encoding.UTF8.GetBytes(node.ToJsonString()));
        }
    }

    public JsonObject Get(string name)
    {
        lock (_gate)
        {
            return JsonNode.Parse(_nodes[name].Json)!.AsObject();
        }
    }

    /// <summary>Changes a Node as a controller would: reads it, edits it, writes it.</summary>
    public void Edit(string name, Action<JsonObject> edit)
    {
        JsonObject node = Get(name);
        edit(node);
        Apply(node);
    }

    /// <summary>Something else than a Node changed: only a bookmark tells a watcher of Nodes.</summary>
    public void ChangeSomethingElse()
    {
        lock (_gate)
        {
            Version++;
        }
    }

    public void Compact()
    {
        lock (_gate)
        {
            CompactedTo = Version;
            _events.Clear();
            _snapshots.Clear();
        }
    }

    public (long Version, StandInNode[] Nodes) Snapshot()
    {
        lock (_gate)
        {
            if (!_snapshots.TryGetValue(Version, out StandInNode[]? nodes))
            {
                _snapshots[Version] = nodes = [.. _nodes.Values];
            }

            return (Version, nodes);
        }
    }

    /// <returns>Null when it is compacted away.</returns>
    public StandInNode[]? SnapshotOf(long version)
    {
        lock (_gate)
        {
            return _snapshots.GetValueOrDefault(version);
        }
    }

    /// <summary>The events after that version, and what completes when there are more. Null events: too old.</summary>
    public (StandInEvent[]? Events, long Version, Task Changed) After(long version)
    {
        lock (_gate)
        {
            if (version < CompactedTo)
            {
                return (null, Version, _changed.Task);
            }

            int first = _events.Count;
            while (first > 0 && _events[first - 1].Version > version)
            {
                first--;
            }

            return ([.. _events[first..]], Version, _changed.Task);
        }
    }

    private void Add(string type, byte[] json)
    {
        _events.Add(new StandInEvent(Version, type, json));
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}

public sealed record StandInNode(string Name, long Version, byte[] Json);

public sealed record StandInEvent(long Version, string Type, byte[] Json);
