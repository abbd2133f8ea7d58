using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Work;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Admitting;

/// <summary>Adds to the answer about a new pod what makes it the replacement of one that moves. It is pure.</summary>
internal static class ReplacementChanges
{
    public static AdmissionResponse Add(AdmissionRequest request, AdmissionResponse answer, Replacement replacement)
    {
        // The container runtime restores it, so crik must not wrap its command.
        answer = replacement is Replacement.Held { Saved: not null } ? AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.NotAskedFor) : answer;
        JsonObject pod = JsonPatch.Apply(request.Pod, answer.Changes);
        List<PodChange> changes = [.. answer.Changes];
        switch (replacement)
        {
            case Replacement.Pinned pinned:
                JsonObject spec = new() { ["affinity"] = pod.At("spec", "affinity")?.DeepClone() };
                NodeChoice.Restrict(spec, pinned.Node);
                changes.Add(new PodChange("/spec/affinity", ChangeKind.Add, spec["affinity"]!.DeepClone(), "The pod that it replaces moves to this node."));
                Mark(pod, changes, "annotations", (PodMigrationNames.MigrationAnnotation, pinned.Migration),
                    (PodMigrationNames.ReplacesAnnotation, pinned.Replaces), (PodMigrationNames.DestinationAnnotation, pinned.Node));
                break;
            case Replacement.Held held:
                JsonArray gates = pod.At("spec", "schedulingGates")?.DeepClone() as JsonArray ?? [];
                gates.Add((JsonNode)new JsonObject { ["name"] = PodMigrationNames.Gate });
                changes.Add(new PodChange("/spec/schedulingGates", ChangeKind.Add, gates, "The operator says later whether it replaces a pod that moves."));
                Mark(pod, changes, "annotations", (PodMigrationNames.MigrationAnnotation, held.Migration));
                Mark(pod, changes, "labels", (PodMigrationNames.HeldLabel, "true"));
                if (held.Saved is { } move)
                {
                    changes.AddRange(PodManifest.Preparation(pod, move));
                }

                break;
        }

        return answer with { Changes = changes };
    }

    private static void Mark(JsonObject pod, List<PodChange> changes, string map, params ReadOnlySpan<(string Name, string Value)> marks)
    {
        if (pod.At("metadata", map) is not JsonObject)
        {
            changes.Add(new PodChange($"/metadata/{map}", ChangeKind.Add, new JsonObject(), "The marks of the migration come into it."));
        }

        foreach ((string name, string value) in marks)
        {
            changes.Add(new PodChange($"/metadata/{map}/{JsonPatch.Escape(name)}", ChangeKind.Add, value, "The operator knows it by this mark."));
        }
    }
}
