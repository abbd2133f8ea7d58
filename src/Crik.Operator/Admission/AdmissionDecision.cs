using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Admission;

/// <summary>Turns the plan for a pod into the answer to the API server. It is pure.</summary>
internal static class AdmissionDecision
{
    /// <summary>The API server cuts a longer warning off (k8s.io/apiserver, webhook/mutating).</summary>
    private const int LongestWarning = 256;

    public static AdmissionResponse Of(AdmissionRequest request, PodToInject pod, InjectionPlan plan) => plan switch
    {
        InjectionPlan.Injected injected => Injected(request, pod, injected),
        InjectionPlan.Skipped { Reason: SkipReasons.OptedOut } => AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.NotAskedFor),
        InjectionPlan.Skipped skipped => new AdmissionResponse(
            request.Id, Injector.NoteOf(request.Pod, skipped), [Warning($"not injected ({skipped.Reason}): {skipped.Message}")], AdmissionOutcome.Skipped)
        {
            SkipReason = skipped.Reason,
        },
        _ => AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.AlreadyInjected),
    };

    /// <param name="decision">Restored or refused: a pod that starts afresh is treated as any other one.</param>
    public static AdmissionResponse Of(AdmissionRequest request, RestoreDecision decision) => decision switch
    {
        RestoreDecision.Restored restored => Restored(request, restored),
        _ => new AdmissionResponse(request.Id, [], [], AdmissionOutcome.Refused)
        {
            Refusal = $"crik: the pod asks to be restored ({PodNames.RestoreAnnotation}). {(decision as RestoreDecision.Refused)?.Reason}",
        },
    };

    /// <summary>Says in the answer for a pod, and in the pod, that it starts afresh although it asks for a restore.</summary>
    public static AdmissionResponse Afresh(AdmissionRequest request, AdmissionResponse response, RestoreDecision.Fresh fresh)
    {
        string reason = string.Join(' ', fresh.Notes);
        return NotRestored(request.Pod).Text() == reason ? response : response with
        {
            Changes =
            [
                .. response.Changes,
                new PodChange(JsonPatch.Annotation(PodNames.NotRestoredAnnotation), ChangeKind.Add, reason, "The program starts afresh, and here is why."),
            ],
            Warnings = [Warning($"not restored: {reason}"), .. response.Warnings],
            NotRestored = reason,
        };
    }

    private static AdmissionResponse Restored(AdmissionRequest request, RestoreDecision.Restored restored)
    {
        RestoreParts parts = RestoreParts.Of(restored, SavedPod.TemplateOf(restored.Checkpoint));
        IEnumerable<string> notes = parts.Missing() is { } missing ? restored.Notes.Append(missing) : restored.Notes;
        List<PodChange> changes = [.. RestoreChanges.Of(request.Pod, parts)];
        if (NotRestored(request.Pod) is not null)
        {
            changes.Add(new PodChange(JsonPatch.Annotation(PodNames.NotRestoredAnnotation), ChangeKind.Remove, null,
                "The pod is restored now. It was copied, or there is a checkpoint only now."));
        }

        return new AdmissionResponse(request.Id, changes, [.. notes.Select(Warning)], AdmissionOutcome.Restored);
    }

    private static JsonNode? NotRestored(JsonObject pod) => pod.At("metadata", "annotations", PodNames.NotRestoredAnnotation);

    private static AdmissionResponse Injected(AdmissionRequest request, PodToInject pod, InjectionPlan.Injected plan)
    {
        List<PodChange> changes = [.. plan.Changes];
        if (plan.Claim is { } claim)
        {
            changes.Add(new PodChange(JsonPatch.Annotation(PodNames.ClaimRequestAnnotation), ChangeKind.Add, claim.ToText(), "The operator creates this claim."));
        }

        if (request.Pod.At("metadata", "annotations", PodNames.SkippedAnnotation) is not null)
        {
            changes.Add(new PodChange(JsonPatch.Annotation(PodNames.SkippedAnnotation), ChangeKind.Remove, null, "The pod is injected now. It was copied, or another webhook has changed it."));
        }

        JsonObject injected = JsonPatch.Apply(request.Pod, changes);
        IEnumerable<Obstacle> problems = Obstacles.Find(new PodSurroundings(pod with { Pod = injected }, [], null)).Where(obstacle => obstacle.Severity is Severity.Problem);
        return new AdmissionResponse(request.Id, changes, [.. problems.Select(problem => Warning($"{problem.Subject}: {problem.Sentence}"))], AdmissionOutcome.Injected);
    }

    private static string Warning(string text) => $"crik: {text}" is var warning && warning.Length > LongestWarning ? warning[..(LongestWarning - 1)] + "…" : warning;
}
