using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Drafting;

/// <summary>A copy of a pod that is changed step by step. It records each change, and how to undo it.</summary>
internal sealed class PodDraft(JsonObject pod)
{
    private readonly List<PodChange> _changes = [];
    private readonly List<Undo> _undo = [];

    /// <summary>The pod with all changes so far.</summary>
    public JsonObject Pod { get; } = (JsonObject)pod.DeepClone();

    public IReadOnlyList<PodChange> Changes => _changes;

    /// <summary>Sets a field to a value. Objects on the way to it are made.</summary>
    public void Set(PodPath at, string[] keys, JsonNode value, string reason)
    {
        PodPath field = At(at, keys);
        JsonNode? parent = Find(at).At(keys.AsSpan(..^1));
        if (parent is JsonObject map && map.TryGetPropertyValue(keys[^1], out JsonNode? old))
        {
            _undo.Add(new Undo.Restore(field.Selector, old?.DeepClone(), value.DeepClone()));
            Change(field.Pointer, ChangeKind.Replace, value, reason);
            return;
        }

        _undo.AddRange(MissingParents(at, keys));
        _undo.Add(new Undo.Remove(field.Selector, value is JsonObject ? null : value.DeepClone()));
        Create(at, keys, value, reason);
    }

    /// <summary>Sets the command, and records how crik is taken away from it again.</summary>
    public void Wrap(PodPath container, JsonArray command, string reason)
    {
        PodPath field = container["command"];
        JsonObject map = (JsonObject)Find(container)!;
        bool isThere = map.TryGetPropertyValue("command", out JsonNode? old);
        _undo.Add(isThere && old is null ? new Undo.Restore(field.Selector, null, command.DeepClone())
            : new Undo.Unwrap(field.Selector, old?.DeepClone() as JsonArray, (JsonArray)command.DeepClone()));
        Change(field.Pointer, isThere ? ChangeKind.Replace : ChangeKind.Add, command, reason);
    }

    /// <summary>Adds an item to the end of a list. The list and the objects on the way to it are made.</summary>
    /// <param name="nameKey">The field that names the items. Empty if they are texts.</param>
    public void Append(PodPath at, string[] keys, JsonNode item, string nameKey, string reason)
    {
        PodPath list = At(at, keys);
        Undo remove = new Undo.Remove(list.Entry("-", ItemName.Of(item, nameKey)).Selector);
        if (Find(at).At(keys) is JsonArray)
        {
            _undo.Add(remove);
            Change($"{list.Pointer}/-", ChangeKind.Add, item, reason);
            return;
        }

        _undo.AddRange(MissingParents(at, [.. keys, "-"]));
        _undo.Add(remove);
        Create(at, keys, new JsonArray(item), reason);
    }

    /// <summary>Writes the annotation that records all of it.</summary>
    public void Finish()
    {
        string[] keys = ["metadata", "annotations", PodNames.InjectedAnnotation];
        _undo.AddRange(MissingParents(PodPath.Root, keys));
        Create(PodPath.Root, keys, new InjectionRecord(_undo).ToText(), "It records what was changed, so that it can be undone and is not done twice.");
    }

    private static PodPath At(PodPath at, IEnumerable<string> keys) => keys.Aggregate(at, (path, key) => path[key]);

    private JsonNode? Find(PodPath at)
    {
        JsonNode? node = Pod;
        foreach (string step in at.Pointer.Split('/').Skip(1).Select(JsonPatch.Unescape))
        {
            node = node is JsonArray list ? list[int.Parse(step)] : node.At(step);
        }

        return node;
    }

    /// <summary>How to remove the objects and lists above a field that are not there yet.</summary>
    private List<Undo> MissingParents(PodPath at, string[] keys)
    {
        List<Undo> undo = [];
        JsonNode? node = Find(at);
        foreach (string key in keys[..^1])
        {
            at = at[key];
            bool wasNull = node is JsonObject map && map.ContainsKey(key) && map[key] is null;
            node = node.At(key);
            if (node is null)
            {
                undo.Add(new Undo.Prune(at.Selector, wasNull));
            }
        }

        return undo;
    }

    /// <summary>Adds a field with one change, which also makes the objects above it that are missing.</summary>
    private void Create(PodPath at, string[] keys, JsonNode value, string reason)
    {
        JsonObject parent = (JsonObject)Find(at)!;
        int depth = 0;
        while (depth < keys.Length - 1 && parent[keys[depth]] is JsonObject next)
        {
            parent = next;
            depth++;
        }

        for (int i = keys.Length - 1; i > depth; i--)
        {
            value = new JsonObject { [keys[i]] = value };
        }

        ChangeKind kind = parent.ContainsKey(keys[depth]) ? ChangeKind.Replace : ChangeKind.Add;
        Change(At(at, keys[..(depth + 1)]).Pointer, kind, value, reason);
    }

    private void Change(string pointer, ChangeKind kind, JsonNode? value, string reason)
    {
        PodChange change = new(pointer, kind, value, reason);
        _changes.Add(change);
        JsonPatch.ApplyTo(Pod, change);
    }
}
