namespace Crik.Pods.Drafting;

/// <summary>
/// A place in a pod, written in two ways: with the indexes of today as a JSON pointer, and with the names of items,
/// which still leads there when somebody has added items.
/// </summary>
/// <param name="Selector">A pointer in which an item of a list is `[name=app]`, or `[=text]` if it is a text.</param>
internal sealed record PodPath(string Pointer, string Selector)
{
    public static PodPath Root { get; } = new("", "");

    public PodPath this[string key] => new($"{Pointer}/{JsonPatch.Escape(key)}", $"{Selector}/{JsonPatch.Escape(key)}");

    public PodPath Entry(string index, ItemName item) => new($"{Pointer}/{index}", $"{Selector}/[{item.Key}={JsonPatch.Escape(item.Value)}]");
}
