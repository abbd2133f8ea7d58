using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>Decides which checkpoint a pod is restored from, and whether that can work, before the pod exists.</summary>
/// <param name="Wanted">The checkpoint that is asked for.</param>
/// <param name="Others">The checkpoints among which an older one may be chosen.</param>
/// <param name="Nodes">The nodes that may be used.</param>
public sealed record RestoreRequest(
    PodCheckpointDocument Wanted, IReadOnlyList<PodCheckpointDocument> Others, IReadOnlyList<NodeFacts> Nodes, RestoreFallback Fallback)
{
    /// <summary>All nodes that are known: one of them made the checkpoint.</summary>
    public IReadOnlyList<NodeFacts> AllNodes { get; init; } = Nodes;

    /// <summary>The architecture of the checkpoint, if it is known otherwise than from its node.</summary>
    public string? Architecture { get; init; }

    /// <summary>Whether the pod is made from what the checkpoint has kept, so that this has to be what the agent has written.</summary>
    public bool MakesPod { get; init; }

    /// <summary>The pod that continues from a checkpoint. Null, or an answer that is null: nobody knows it yet.</summary>
    public Func<PodCheckpointDocument, JsonObject?>? PodOf { get; init; }

    public RestoreDecision Decide()
    {
        RestoreDecision wanted = Try(Wanted);
        if (wanted is not RestoreDecision.Refused refused)
        {
            return wanted;
        }

        if (Fallback is RestoreFallback.Fresh)
        {
            return new RestoreDecision.Fresh { Notes = [refused.Reason, "The program starts afresh."] };
        }

        RestoreDecision? older = Fallback is RestoreFallback.Previous ? Older().Select(Try).OfType<RestoreDecision.Restored>().FirstOrDefault() : null;
        return older is RestoreDecision.Restored restored
            ? restored with { Notes = [refused.Reason, $"The older checkpoint {restored.Checkpoint.Metadata?.Name} is taken.", .. restored.Notes] }
            : Fallback is RestoreFallback.Previous ? new RestoreDecision.Refused($"{refused.Reason} No older checkpoint of this pod can be restored either.")
            : refused;
    }

    /// <summary>The newest checkpoint that is complete and has images, or null.</summary>
    public static PodCheckpointDocument? Latest(IEnumerable<PodCheckpointDocument> checkpoints) =>
        NewestFirst(checkpoints.Where(static checkpoint => SavedPod.IsComplete(checkpoint) && checkpoint.Metadata?.DeletionTimestamp is null && SavedPod.Images(checkpoint).Count > 0)).FirstOrDefault();

    private IEnumerable<PodCheckpointDocument> Older() => NewestFirst(Others.Where(other =>
        SavedPod.IsOfSamePod(other, Wanted) && other.Metadata?.Uid != Wanted.Metadata?.Uid
        && other.Metadata?.CreationTimestamp <= Wanted.Metadata?.CreationTimestamp));

    private static IEnumerable<PodCheckpointDocument> NewestFirst(IEnumerable<PodCheckpointDocument> checkpoints) => checkpoints
        .OrderByDescending(static checkpoint => checkpoint.Metadata?.CreationTimestamp)
        .ThenByDescending(static checkpoint => checkpoint.Metadata?.Name, StringComparer.Ordinal);

    private RestoreDecision Try(PodCheckpointDocument checkpoint)
    {
        if ((SavedPod.WhyNotUsable(checkpoint) ?? (MakesPod ? SavedPod.WhyNotTrusted(checkpoint) : null)) is { } problem)
        {
            return new RestoreDecision.Refused(problem);
        }

        JsonObject? pod = PodOf?.Invoke(checkpoint);
        string[] without = pod is null ? [] : [.. SavedPod.Images(checkpoint).Keys.Except(Containers(pod))];
        if (without.Length > 0 && without.Length == SavedPod.Images(checkpoint).Count)
        {
            return new RestoreDecision.Refused($"The checkpoint {checkpoint.Metadata?.Name} is of the container {string.Join(", ", without)}, "
                + $"and the pod has none of that name: it has {string.Join(", ", Containers(pod!))}.");
        }

        (NodeFacts Node, IReadOnlyList<Obstacle> Obstacles)[] looked = [.. Nodes.Select(node => (node, ObstaclesOf(checkpoint, pod, node)))];
        (NodeFacts Node, IReadOnlyList<Obstacle> Obstacles)[] able = [.. looked.Where(static found => !found.Obstacles.IsRefused())];
        (NodeFacts Node, IReadOnlyList<Obstacle> Obstacles)[] good = [.. able.Where(static found => found.Obstacles.All(static one => one.Severity is Severity.Note))];
        (NodeFacts Node, IReadOnlyList<Obstacle> Obstacles)[] best = good.Length > 0 ? good : able;
        return best.Length > 0
            ? new RestoreDecision.Restored(checkpoint, [.. best.Select(static found => found.Node)])
            {
                Notes =
                [
                    .. Sentences(best), .. without.Select(static name => $"The pod has no container {name}, so its checkpoint is not restored."),
                    .. UnknownArchitecture(checkpoint, best.Select(static found => found.Node)),
                ],
            }
            : new RestoreDecision.Refused(looked.Length == 0
                ? "There is no node to restore it on."
                : $"No node can restore {checkpoint.Metadata?.Name}. {string.Join(' ', Sentences(looked))}");
    }

    private static IEnumerable<string> Containers(JsonObject pod) => pod.At("spec", "containers").Maps().Select(static item => item.At("name").Text()).OfType<string>();

    private CheckpointOrigin OriginOf(PodCheckpointDocument checkpoint)
    {
        CheckpointOrigin origin = CheckpointOrigin.Of(checkpoint, AllNodes);
        return origin with { Architecture = origin.Architecture ?? Architecture };
    }

    private IReadOnlyList<Obstacle> ObstaclesOf(PodCheckpointDocument checkpoint, JsonObject? pod, NodeFacts node)
    {
        IReadOnlyList<Obstacle> found = RestoreRules.Find(OriginOf(checkpoint), node);
        return pod is null ? found : [.. NodeFit.Find(pod, node), .. found];
    }

    private IEnumerable<string> UnknownArchitecture(PodCheckpointDocument checkpoint, IEnumerable<NodeFacts> nodes)
    {
        string[] architectures = [.. nodes.Select(static node => node.Architecture).Distinct()];
        return architectures.Length < 2 || OriginOf(checkpoint).Architecture is { Length: > 0 } ? []
            : [$"The node that made {checkpoint.Metadata?.Name} is gone, and nobody knows its architecture: the nodes have {string.Join(" and ", architectures)}."];
    }

    /// <summary>Nodes of which the same is to be said share a sentence.</summary>
    private static IReadOnlyList<string> Sentences(IEnumerable<(NodeFacts Node, IReadOnlyList<Obstacle> Obstacles)> looked)
    {
        const int MostNames = 3;
        return
        [
            .. looked.SelectMany(static found => Worst(found.Obstacles).Select(obstacle => (found.Node.Name, obstacle)))
                .GroupBy(static pair => (pair.obstacle.Sentence, Remedy: pair.obstacle.Remedy?.Replace(pair.Name, "NODE", StringComparison.Ordinal)))
                .Select(static same => (Names: same.Select(static pair => pair.Name).ToArray(), same.First().obstacle))
                .Select(same => $"{(same.Names.Length == 1 ? "Node" : "Nodes")} {string.Join(", ", same.Names.Take(MostNames))}"
                    + (same.Names.Length > MostNames ? $" and {same.Names.Length - MostNames} more" : "")
                    + $": {same.obstacle.Sentence}{(same.obstacle.Remedy is { } remedy ? $" {remedy}{(remedy.EndsWith('.') ? "" : ".")}" : "")}"),
        ];
    }

    /// <summary>Of a node that cannot restore it, only why.</summary>
    private static IEnumerable<Obstacle> Worst(IReadOnlyList<Obstacle> obstacles) =>
        obstacles.IsRefused() ? obstacles.Where(static obstacle => obstacle.Severity is Severity.Problem) : obstacles;
}
