using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Drafting;

/// <summary>How one step of an injection is undone, as the annotation records it.</summary>
internal abstract record Undo(string Selector)
{
    /// <summary>Removes what injection added. With <paramref name="Wrote"/>, only if it is still what injection wrote.</summary>
    public sealed record Remove(string Selector, JsonNode? Wrote = null) : Undo(Selector);

    /// <summary>Removes an object or a list that injection made, if it is empty by then.</summary>
    /// <param name="WasNull">Whether null was written there.</param>
    public sealed record Prune(string Selector, bool WasNull) : Undo(Selector);

    /// <summary>Puts the old value back, if the value is still what injection wrote.</summary>
    public sealed record Restore(string Selector, JsonNode? Was, JsonNode Wrote) : Undo(Selector);

    /// <summary>
    /// Takes crik away from a command. If somebody has changed the command since, only the words of crik are removed.
    /// </summary>
    /// <param name="Was">The old command. Null if the pod had none.</param>
    public sealed record Unwrap(string Selector, JsonArray? Was, JsonArray Wrote) : Undo(Selector);

    public JsonObject ToJson() => this switch
    {
        Remove { Wrote: null } => new() { ["remove"] = Selector },
        Remove remove => new() { ["remove"] = Selector, ["wrote"] = remove.Wrote.DeepClone() },
        Prune { WasNull: false } => new() { ["prune"] = Selector },
        Prune => new() { ["prune"] = Selector, ["was"] = null },
        Restore restore => new() { ["restore"] = Selector, ["was"] = restore.Was?.DeepClone(), ["wrote"] = restore.Wrote.DeepClone() },
        Unwrap { Was: null } unwrap => new() { ["unwrap"] = Selector, ["wrote"] = unwrap.Wrote.DeepClone() },
        Unwrap unwrap => new() { ["unwrap"] = Selector, ["was"] = unwrap.Was.DeepClone(), ["wrote"] = unwrap.Wrote.DeepClone() },
        _ => throw new InvalidOperationException($"{GetType()} cannot be recorded"),
    };

    /// <returns>Null if it is none that this version knows.</returns>
    public static Undo? Parse(JsonNode? step) => step switch
    {
        JsonObject map when map.At("remove").Text() is { } selector => new Remove(selector, map.At("wrote")),
        JsonObject map when map.At("prune").Text() is { } selector => new Prune(selector, map.ContainsKey("was")),
        JsonObject map when map.At("restore").Text() is { } selector && map.At("wrote") is { } wrote => new Restore(selector, map.At("was"), wrote),
        JsonObject map when map.At("unwrap").Text() is { } selector && map.At("wrote") is JsonArray wrote => new Unwrap(selector, map.At("was") as JsonArray, wrote),
        _ => null,
    };
}
