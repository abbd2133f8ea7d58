using System.Text;
using System.Text.Json.Nodes;

namespace Crik.StandIn;

/// <summary>
/// The Nodes of a cluster and their history. As in etcd, a single version number counts all changes.
/// </summary>
public sealed class StandInCluster
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, StandInNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<StandInEvent> _events = [];
    private readonly Dictionary<long, StandInNode[]> _snapshots = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Events up to this version are forgotten. A watch from an earlier version gets 410.</summary>
    private long _compactedTo;

    /// <summary>The version of the last change.</summary>
    public long Version { get; private set; } = 1000;

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

    /// <summary>Changes a Node as a controller does: reads it, edits it and writes it.</summary>
    public void Edit(string name, Action<JsonObject> edit)
    {
        JsonObject node = Get(name);
        edit(node);
        Apply(node);
    }

    /// <summary>
    /// Raises the version without a change of a Node. A watch of Nodes learns this only from a bookmark.
    /// </summary>
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
            _compactedTo = Version;
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

    /// <returns>The Nodes at that version, or null when it was compacted.</returns>
    public StandInNode[]? SnapshotOf(long version)
    {
        lock (_gate)
        {
            return _snapshots.GetValueOrDefault(version);
        }
    }

    /// <summary>
    /// Returns the events after that version, or null when it was compacted, and a task that completes at the next
    /// event.
    /// </summary>
    public (StandInEvent[]? Events, long Version, Task Changed) After(long version)
    {
        lock (_gate)
        {
            if (version < _compactedTo)
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
