using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Pods;

namespace Crik.Kubectl.Migrations;

/// <summary>What becomes of the pods of a node that is drained, by the rules of `kubectl drain`. It is pure.</summary>
/// <param name="Moved">Those under crik, which go on elsewhere.</param>
/// <param name="Evicted">The others.</param>
/// <param name="Kept">Why pods stay, one line for each.</param>
/// <param name="Problems">Why nothing can be done, one line for each pod.</param>
internal sealed record DrainPlan(IReadOnlyList<JsonObject> Moved, IReadOnlyList<JsonObject> Evicted, IReadOnlyList<string> Kept, IReadOnlyList<string> Problems)
{
    private const string Mirror = "kubernetes.io/config.mirror";

    /// <summary>What moving can replace: the operator makes pods without a controller again.</summary>
    private static readonly string[] s_movable = ["", "ReplicaSet", "StatefulSet", "Job"];

    /// <param name="pods">The pods of the node.</param>
    public static DrainPlan Of(IEnumerable<JsonObject> pods, DrainChoices choices)
    {
        List<JsonObject> moved = [], evicted = [];
        List<string> kept = [], problems = [];
        foreach (JsonObject pod in pods)
        {
            string name = NameOf(pod);
            string owner = pod.Objects("metadata", "ownerReferences").FirstOrDefault(static one => one.IsTrue("controller")).Text("kind") ?? "";
            bool isFinished = pod.Text("status", "phase") is "Succeeded" or "Failed";
            bool isMovable = PodFinder.IsRunning(pod) && s_movable.Contains(owner) && CrikContainers.Of(pod).Count > 0;
            if (pod.At("metadata", "annotations", Mirror) is not null)
            {
                kept.Add($"{name} stays: the kubelet makes it from a file");
            }
            else if (owner is "DaemonSet" && !isFinished)
            {
                (choices.IgnoreDaemonSets ? kept : problems).Add(choices.IgnoreDaemonSets
                    ? $"{name} stays: it belongs to a DaemonSet" : $"{name} belongs to a DaemonSet; leave it there with --ignore-daemonsets");
            }
            else if (!isFinished && !choices.DeleteEmptyDirData && HasLocalData(pod))
            {
                problems.Add($"{name} has an emptyDir, whose data would be lost; allow that with --delete-emptydir-data");
            }
            else if (!isFinished && !isMovable && owner.Length == 0 && !choices.Force)
            {
                problems.Add($"{name} has no controller and no crik, so nobody would make it again; delete it all the same with --force");
            }
            else
            {
                (isMovable ? moved : evicted).Add(pod);
            }
        }

        return new DrainPlan(moved, evicted, kept, problems);
    }

    public static string NameOf(JsonObject pod) => $"{pod.Text("metadata", "namespace")}/{pod.Name()}";

    /// <summary>The bundle is copied again in each pod.</summary>
    private static bool HasLocalData(JsonObject pod) =>
        pod.Objects("spec", "volumes").Any(static volume => volume.ContainsKey("emptyDir") && volume.Text("name") is not PodNames.BundleVolume);
}

/// <summary>What the user allows a drain to do.</summary>
internal sealed record DrainChoices(bool IgnoreDaemonSets, bool DeleteEmptyDirData, bool Force);
