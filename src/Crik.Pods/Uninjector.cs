using System.Text.Json.Nodes;
using Crik.Pods.Drafting;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>Says how an injection is undone, from the annotation that it left. What people changed since then stays.</summary>
public static class Uninjector
{
    private const string Why = "It undoes what injection did.";

    /// <returns>The changes in order. Empty if the pod is not injected, or if <see cref="ProblemOf"/> says why not.</returns>
    public static IReadOnlyList<PodChange> Plan(JsonObject pod)
    {
        if (ProblemOf(pod) is not null || !Injector.IsInjected(pod))
        {
            return [];
        }

        InjectionRecord.Read(Annotation(pod).Text()!, out InjectionRecord record);
        JsonObject draft = (JsonObject)pod.DeepClone();
        List<PodChange> changes = [];
        Apply(new PodChange(JsonPatch.Annotation(PodNames.InjectedAnnotation), ChangeKind.Remove, null, Why));
        foreach (Undo step in record.Steps.Reverse())
        {
            if (Place.Find(draft, step.Selector) is { } place && ChangeFor(step, place) is { } change)
            {
                Apply(change);
            }
        }

        return changes;

        // What is about to be removed as a whole needs no changes inside of it before. Nothing between them has moved it.
        void Apply(PodChange change)
        {
            while (changes is [.., var last] && last.Path.StartsWith($"{change.Path}/", StringComparison.Ordinal))
            {
                changes.RemoveAt(changes.Count - 1);
            }

            changes.Add(change);
            JsonPatch.ApplyTo(draft, change);
        }
    }

    /// <returns>Why an injected pod cannot be brought back, as a sentence. Null if it can, or if it is not injected.</returns>
    public static string? ProblemOf(JsonObject pod) => PodShape.Problem(pod)
        ?? (!Injector.IsInjected(pod) ? null : InjectionRecord.Read(Annotation(pod).Text() ?? "", out _));

    private static JsonNode? Annotation(JsonObject pod) => pod.At("metadata", "annotations", PodNames.InjectedAnnotation);

    private static PodChange? ChangeFor(Undo step, Place place) => step switch
    {
        Undo.Remove { Wrote: { } wrote } when !JsonNode.DeepEquals(place.Value, wrote) => null,
        Undo.Remove => new PodChange(place.Pointer, ChangeKind.Remove, null, Why),
        Undo.Prune prune when place.Value is JsonObject { Count: 0 } or JsonArray { Count: 0 } => prune.WasNull
            ? new PodChange(place.Pointer, ChangeKind.Replace, null, Why) : new PodChange(place.Pointer, ChangeKind.Remove, null, Why),
        Undo.Restore restore when JsonNode.DeepEquals(place.Value, restore.Wrote) => new PodChange(place.Pointer, ChangeKind.Replace, restore.Was, Why),
        Undo.Unwrap unwrap => Unwrapped(unwrap, place),
        _ => null,
    };

    private static PodChange? Unwrapped(Undo.Unwrap step, Place place)
    {
        if (JsonNode.DeepEquals(place.Value, step.Wrote))
        {
            return step.Was is null ? new PodChange(place.Pointer, ChangeKind.Remove, null, Why) : new PodChange(place.Pointer, ChangeKind.Replace, step.Was, Why);
        }

        IReadOnlyList<string> words = place.Value.Texts();
        return words.Take(WrappedCommand.Crik.Count).SequenceEqual(WrappedCommand.Crik)
            ? new PodChange(place.Pointer, ChangeKind.Replace, JsonReading.ToList(words.Skip(WrappedCommand.Crik.Count)), Why) : null;
    }
}
