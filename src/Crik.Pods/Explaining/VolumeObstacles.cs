using System.Text.Json.Nodes;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods.Explaining;

/// <summary>Whether checkpoints outlive the pod, and whether the next pod can reach them.</summary>
internal static class VolumeObstacles
{
    private const string SlotsVariable = "CRIK_IMAGE_DIR_SLOTS";

    public static IEnumerable<Obstacle> Find(PodSurroundings surroundings, TargetContainer container)
    {
        string subject = $"container {container.Name}";
        string directory = container.Variable("CRIK_IMAGE_DIR").At("value").Text() ?? PodNames.CheckpointsDirectory;
        if (container.MountAbove(directory.Split("/$(")[0]) is not { } mount)
        {
            yield return new Obstacle(Severity.Problem, subject, $"No volume is mounted at {directory}, so checkpoints do not outlive the pod.", """
                volumeMounts: [{name: checkpoints, mountPath: /checkpoints}]   # and CRIK_IMAGE_DIR: /checkpoints
                """);
            yield break;
        }

        if (mount.At("readOnly").IsTrue())
        {
            yield return new Obstacle(Severity.Problem, subject, $"The volume at {mount.At("mountPath").Text()} is mounted read-only.", "Remove readOnly: true.");
        }

        bool isOwn = directory.Contains("$(", StringComparison.Ordinal) || mount.At("subPathExpr") is not null;
        foreach (Obstacle obstacle in isOwn ? [] : Slots(subject, surroundings.Pod.Controller, container, directory))
        {
            yield return obstacle;
        }

        string? name = mount.At("name").Text();
        JsonObject? volume = surroundings.Pod.Pod.At("spec", "volumes").Maps().FirstOrDefault(candidate => candidate.At("name").Text() == name);
        if (volume is null)
        {
            yield break; // a volumeClaimTemplate, in the template of a StatefulSet
        }

        foreach (Obstacle obstacle in Kind($"volume {name}", volume).Concat(Claim(surroundings, volume)))
        {
            yield return obstacle;
        }
    }

    /// <summary>Only one crik at a time uses an image directory, or a slot of a pool.</summary>
    private static IEnumerable<Obstacle> Slots(string subject, PodController? owner, TargetContainer container, string directory)
    {
        int pods = Sharing(owner);
        if (pods == 1)
        {
            yield break;
        }

        string remedy = $"env: [{{name: {SlotsVariable}, value: \"{pods}\"}}]";
        if (!container.HasVariable(SlotsVariable))
        {
            yield return new Obstacle(Severity.Warning, subject,
                $"{pods} pods share the image directory {directory}. Unless crik's configuration file has imageDirSlots, only one of them can run at a time.", remedy);
        }
        else if (int.TryParse(container.Variable(SlotsVariable).At("value").Text(), out int slots) && slots < pods)
        {
            yield return new Obstacle(Severity.Problem, subject,
                $"{pods} pods share {slots} slots of the image directory {directory}. The others wait for lockTimeout and end.", remedy);
        }
    }

    /// <summary>How many pods use one volume at the same time.</summary>
    private static int Sharing(PodController? owner) => owner is { Kind: not "StatefulSet", Concurrency: > 1 and var concurrency } ? concurrency : 1;

    private static IEnumerable<Obstacle> Kind(string subject, JsonObject volume)
    {
        if (volume.At("emptyDir") is not null || volume.At("ephemeral") is not null)
        {
            yield return new Obstacle(Severity.Problem, subject, "It ends with the pod, and the checkpoints in it too.", "Use a persistentVolumeClaim.");
        }
        else if (volume.At("hostPath") is not null)
        {
            yield return new Obstacle(Severity.Problem, subject, "It is a directory of the node: a pod on another node does not see it.", "Use a persistentVolumeClaim.");
        }
        else if (volume.At("configMap") is not null || volume.At("secret") is not null || volume.At("projected") is not null || volume.At("image") is not null)
        {
            yield return new Obstacle(Severity.Problem, subject, "Nothing can be written to it.", "Use a persistentVolumeClaim.");
        }
    }

    private static IEnumerable<Obstacle> Claim(PodSurroundings surroundings, JsonObject volume)
    {
        string? claim = volume.At("persistentVolumeClaim", "claimName").Text();
        if (surroundings.Volumes.FirstOrDefault(facts => facts.Claim == claim) is not { } facts)
        {
            yield break;
        }

        string subject = $"claim {claim}";
        int pods = Sharing(surroundings.Pod.Controller);
        if (facts.AccessModes.Count > 0 && facts.AccessModes.All(mode => mode is "ReadOnlyMany"))
        {
            yield return new Obstacle(Severity.Problem, subject, "Nothing can be written to it: its access mode is ReadOnlyMany.", "accessModes: [ReadWriteOnce]");
        }
        else if (pods > 1 && facts.AccessModes.Count > 0 && !facts.AccessModes.Contains("ReadWriteMany"))
        {
            yield return new Obstacle(Severity.Problem, subject, $"{pods} pods share it, but its access mode is {string.Join(", ", facts.AccessModes)}: only one node can mount it.", "accessModes: [ReadWriteMany]");
        }

        if (facts.Nodes.Count > 0)
        {
            yield return new Obstacle(Severity.Problem, subject, $"Its volume exists only on {string.Join(", ", facts.Nodes)}. When that node goes away, no other one can mount it.",
                "Use a storage class whose volumes can be attached to another node (docs/storage.md).");
        }
        else if (facts.Zones.Count > 0)
        {
            yield return new Obstacle(Severity.Warning, subject, $"Its volume exists only in {string.Join(", ", facts.Zones)}. The next pod needs a node there.",
                "Keep spare capacity in that zone, or use a regional or shared volume (docs/storage.md).");
        }
    }
}
