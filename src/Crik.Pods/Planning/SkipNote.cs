using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>Writes the reason for which a pod was skipped into its annotations.</summary>
internal static class SkipNote
{
    private const string Why = "The reason is where people look for it.";

    public static IReadOnlyList<PodChange> Of(JsonObject pod, InjectionPlan.Skipped skipped)
    {
        string text = $"{skipped.Reason}: {skipped.Message}";
        if (PodShape.IsUnreadable(pod) || pod.At("metadata", "annotations", PodNames.SkippedAnnotation).Text() == text)
        {
            return [];
        }

        string key = PodNames.SkippedAnnotation;
        return pod.At("metadata") switch
        {
            JsonObject metadata when metadata.At("annotations") is JsonObject => [new(JsonPatch.Annotation(key), ChangeKind.Add, text, Why)],
            JsonObject => [new("/metadata/annotations", ChangeKind.Add, new JsonObject { [key] = text }, Why)],
            _ => [new("/metadata", ChangeKind.Add, new JsonObject { ["annotations"] = new JsonObject { [key] = text } }, Why)],
        };
    }
}
