using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Chooses the node to which a pod moves, by the rules by which the scheduler would refuse it otherwise. It is pure.</summary>
internal static class Destinations
{
    /// <param name="pod">The pod as it is.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="volumes">The PersistentVolumes of the pod.</param>
    /// <param name="image">What makes the images that the destination restores. Null: crik restores the program by itself.</param>
    public static Place Choose(
        JsonObject pod, MigrationDestination to, IReadOnlyList<MigrationNode> nodes, IReadOnlyList<JsonObject> volumes, CheckpointOrigin? image = null)
    {
        string source = pod.At("spec", "nodeName").Text() ?? "";
        MigrationNode? from = nodes.FirstOrDefault(node => node.Name == source);
        if (to.Node is { Length: > 0 } wanted)
        {
            return wanted == source ? new Place.Refused(PodMigrationReasons.AlreadyThere, $"The pod runs on the node {wanted} already.")
                : nodes.FirstOrDefault(node => node.Name == wanted) is not { } node ? new Place.Refused(PodMigrationReasons.NoDestination, $"There is no node {wanted}.")
                : (Obstacle(pod, node, volumes, from) ?? ImageRestores.Obstacle(image, node)) is { } why ? why
                : new Place.Found(wanted, ImageRestores.NeedBaseImages(image));
        }

        MigrationNode[] candidates = [.. nodes.Where(node => node.Name != source && (to.NodeSelector ?? new Dictionary<string, string>())
            .All(label => node.Labels.TryGetValue(label.Key, out string? value) && value == label.Value))];
        List<Place.Refused> refusals = [];
        foreach (MigrationNode node in candidates.OrderByDescending(static node => node.Free.GetValueOrDefault("memory")))
        {
            if ((Obstacle(pod, node, volumes, from) ?? ImageRestores.Obstacle(image, node)) is not { } obstacle)
            {
                return new Place.Found(node.Name, ImageRestores.NeedBaseImages(image));
            }

            refusals.Add(obstacle);
        }

        return refusals.Count == 0 ? new Place.Refused(PodMigrationReasons.NoDestination, "There is no other node with these labels.")
            : new Place.Refused(refusals[0].Reason, "No node can take the pod. " + string.Join(' ', refusals.Take(5).Select(static refusal => refusal.Message)));
    }

    private static Place.Refused? Obstacle(JsonObject pod, MigrationNode node, IReadOnlyList<JsonObject> volumes, MigrationNode? source)
    {
        JsonNode? spec = pod.At("spec");
        return !node.Facts.IsReady ? No($"The node {node.Name} is not ready.")
            : node.Facts.IsCordoned ? No($"The node {node.Name} is cordoned.")
            : source is not null && node.Facts.Architecture != source.Facts.Architecture
                ? No($"The node {node.Name} has the architecture {node.Facts.Architecture}, and the program runs on {source.Facts.Architecture}.")
            : Processors.MissingFrom(node, source) is { Count: > 0 } missingFeatures
                ? No($"The processor of the node {node.Name} lacks {string.Join(", ", missingFeatures.Take(8))}, which that of {source!.Name} has and the program may use.")
            : node.Taints.FirstOrDefault(taint => !spec.At("tolerations").Maps().Any(toleration => Tolerates(toleration, taint))) is { } taint
                ? No($"The pod does not tolerate the taint {taint.At("key").Text()} of the node {node.Name}.")
            : !spec.At("nodeSelector").TextMap().All(label => node.Labels.GetValueOrDefault(label.Key) == label.Value)
                || !NodeTerms.Match(spec.At("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"), node)
                ? No($"The pod asks for another kind of node than {node.Name} (nodeSelector, nodeAffinity).")
            : PodRequests.Of(pod).Where(request => request.Value > node.Free.GetValueOrDefault(request.Key)).Select(static request => request.Key).FirstOrDefault() is { } missing
                ? No($"The node {node.Name} has not enough {missing} left for what the pod requests.")
            : HostPort.Of(pod).FirstOrDefault(port => node.TakenPorts.Any(port.Conflicts)) is { } taken
                ? No($"The port {taken.Port} of the node {node.Name} is taken.")
            : volumes.FirstOrDefault(volume => !NodeTerms.Match(volume.At("spec", "nodeAffinity", "required"), node)) is { } bound
                ? new Place.Refused(PodMigrationReasons.VolumeCannotFollow, $"The volume {bound.At("metadata", "name").Text()} cannot be used on the node {node.Name}.")
            : node.Attachments?.Obstacle(node.Name, volumes);
    }

    private static Place.Refused No(string message) => new(PodMigrationReasons.NoDestination, message);

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.At("effect").Text() is not { Length: > 0 } effect || effect == taint.At("effect").Text())
        && (toleration.At("operator").Text() is "Exists"
            ? toleration.At("key").Text() is not { Length: > 0 } key || key == taint.At("key").Text()
            : toleration.At("key").Text() == taint.At("key").Text() && (toleration.At("value").Text() ?? "") == (taint.At("value").Text() ?? ""));
}
