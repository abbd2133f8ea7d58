using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>
/// Says whether the volumes of a pod can be attached to a node, of which each CSI driver allows only so many (CSINode and
/// VolumeAttachment of storage.k8s.io/v1). It is pure.
/// </summary>
/// <param name="Limits">How many volumes the node may have, by driver. A driver without a limit is not in it.</param>
/// <param name="Attached">The names of the PersistentVolumes that it has, by driver.</param>
internal sealed record Attachments(IReadOnlyDictionary<string, long> Limits, ILookup<string, string> Attached)
{
    /// <param name="node">The CSINode. Null: the node has no driver.</param>
    /// <param name="attachments">The VolumeAttachments of all nodes.</param>
    public static Attachments Of(string name, JsonObject? node, IReadOnlyList<JsonObject> attachments) => new(
        node.At("spec", "drivers").Maps().Where(static driver => driver.At("name").Text() is not null && driver.At("allocatable", "count").Number() is not null)
            .ToDictionary(static driver => driver.At("name").Text()!, static driver => driver.At("allocatable", "count").Number()!.Value),
        attachments.Where(one => one.At("spec", "nodeName").Text() == name)
            .ToLookup(static one => one.At("spec", "attacher").Text() ?? "", static one => one.At("spec", "source", "persistentVolumeName").Text() ?? ""));

    /// <summary>The CSI driver of a PersistentVolume, or null.</summary>
    public static string? DriverOf(JsonObject volume) => volume.At("spec", "csi", "driver").Text();

    /// <param name="volumes">The PersistentVolumes of the pod.</param>
    /// <returns>Null if there is room for them.</returns>
    public Place.Refused? Obstacle(string node, IReadOnlyList<JsonObject> volumes)
    {
        foreach (IGrouping<string?, JsonObject> same in volumes.GroupBy(DriverOf).Where(same => same.Key is { } driver && Limits.ContainsKey(driver)))
        {
            HashSet<string> there = [.. Attached[same.Key!], .. same.Select(static volume => volume.At("metadata", "name").Text() ?? "")];
            if (there.Count > Limits[same.Key!])
            {
                return new Place.Refused(PodMigrationReasons.VolumeCannotFollow,
                    $"The node {node} may have {Limits[same.Key!]} volumes of the driver {same.Key}, and would have {there.Count} with those of the pod.");
            }
        }

        return null;
    }
}
