using System.Text.Json.Nodes;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.EvictionRequests;

/// <summary>
/// Names crik among the eviction responders of a new pod that runs under crik. It is the last of them: what the pod itself names may
/// have work to do before. An API server that does not know the field drops it. It is pure.
/// </summary>
internal static class ResponderRegistration
{
    private const string Field = "evictionResponders";

    public static AdmissionResponse Add(AdmissionRequest request, AdmissionResponse answer)
    {
        if (answer.Refusal is not null)
        {
            return answer;
        }

        JsonObject pod = JsonPatch.Apply(request.Pod, answer.Changes);
        MovingPod seen = MovingPod.Of(pod);
        JsonArray responders = pod.At("spec", Field)?.DeepClone() as JsonArray ?? [];
        bool isForCrik = seen.CrikContainers.Count > 0 && !seen.IsMirror && seen.Owner is not { Kind: "DaemonSet" or "Node" };

        // The API server refuses responders of pods in a scheduling group, and more than it allows.
        if (!isForCrik || pod.At("spec", "schedulingGroup") is not null || responders.Count >= EvictionNames.MostResponders || SeenEviction.Own(responders) is not null)
        {
            return answer;
        }

        responders.Add((JsonNode)new JsonObject { ["name"] = EvictionNames.Responder });
        return answer with
        {
            Changes = [.. answer.Changes, new PodChange($"/spec/{Field}", ChangeKind.Add, responders, "crik moves the pod when somebody asks for its eviction.")],
        };
    }
}
