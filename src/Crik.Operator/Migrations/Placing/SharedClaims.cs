using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Says whether another pod keeps a volume on the node from which a pod moves. It is pure.</summary>
internal static class SharedClaims
{
    /// <param name="claims">The PersistentVolumeClaims of the pod.</param>
    /// <param name="pods">All pods of the cluster.</param>
    /// <returns>Null if nothing is in the way.</returns>
    public static Place.Refused? Obstacle(JsonObject pod, IReadOnlyList<JsonObject> claims, IReadOnlyList<JsonObject> pods)
    {
        (string? space, string? uid) = (pod.At("metadata", "namespace").Text(), pod.At("metadata", "uid").Text());
        string? node = pod.At("spec", "nodeName").Text();
        JsonObject[] beside = [.. pods.Where(other => other.At("metadata", "namespace").Text() == space && other.At("metadata", "uid").Text() != uid
            && other.At("spec", "nodeName").Text() == node && other.At("metadata", "deletionTimestamp") is null
            && other.At("status", "phase").Text() is not ("Succeeded" or "Failed"))];
        foreach (JsonObject claim in claims.Where(static claim =>
            !claim.At("spec", "accessModes").Texts().Any(static mode => mode is "ReadWriteMany" or "ReadOnlyMany")))
        {
            string name = claim.At("metadata", "name").Text() ?? "";
            if (beside.FirstOrDefault(other => CheckpointVolume.Claims(other).Contains(name)) is { } holder)
            {
                return new Place.Refused(PodMigrationReasons.VolumeInUse,
                    $"The pod {holder.At("metadata", "name").Text()} on the node {node} uses the claim {name} too. "
                    + "The volume can only be on one node, so the replacement would wait for it.");
            }
        }

        return null;
    }
}
