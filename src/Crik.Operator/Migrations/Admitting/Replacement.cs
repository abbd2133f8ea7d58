using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Migrations.Admitting;

/// <summary>Says whether a pod that is being created replaces one that moves. It is pure.</summary>
internal abstract record Replacement
{
    private Replacement()
    {
    }

    /// <summary>It replaces nobody.</summary>
    public sealed record None : Replacement;

    /// <summary>It is the replacement of this pod, so it may only run there.</summary>
    public sealed record Pinned(string Migration, string Replaces, string Node) : Replacement;

    /// <summary>It may be the replacement, or that of another pod which is missing. The operator decides when the checkpoint is there.</summary>
    /// <param name="Saved">The move that it replaces if it is to be restored from images, which may not be there yet. Null: crik restores it.</param>
    public sealed record Held(string Migration, PodMove? Saved = null) : Replacement;

    /// <summary>The moves whose replacement a new pod can be.</summary>
    public static IReadOnlyList<(string Migration, PodMove Move)> Expected(MovingPod pod, IEnumerable<PodMigrationDocument> migrations) =>
    [
        .. from item in migrations
           where item is { Metadata.Uid: not null, Status.CompletionTime: null }
           from move in item.Status!.Pods ?? []
           where move.AwaitsReplacement && pod.CanReplace(move) && (item.Metadata!.DeletionTimestamp is null || move.IsByImage)
           select (item.Metadata!.Uid!, move),
    ];

    /// <param name="expected">What <see cref="Expected"/> has found.</param>
    /// <param name="siblings">The pods of the same controller that exist.</param>
    /// <param name="replicas">How many there should be. Null: nobody knows.</param>
    public static Replacement Of(IReadOnlyList<(string Migration, PodMove Move)> expected, IReadOnlyList<MovingPod> siblings, int? replicas)
    {
        MovingPod[] alive = [.. siblings.Where(static pod => !pod.IsEnding && pod.Phase is not ("Succeeded" or "Failed"))];

        // A pod that still runs is not replaced yet, whatever was announced. One that has its replacement needs no second one.
        (string Migration, PodMove Move)[] open = [.. expected.Where(one => alive.All(pod => pod.Uid != one.Move.Uid && pod.Replaces != one.Move.Uid))];
        if (open.Length == 0)
        {
            return new None();
        }

        (string migration, PodMove move) = open[0];
        if (move.IsByImage)
        {
            // One pod that waits for the images of each move is enough. The others are not needed for it.
            return alive.Count(static pod => pod.IsGated) >= open.Length ? new None() : new Held(migration, move);
        }

        bool isCertain = move.HasIdentity
            || (replicas is { } wanted && alive.Length + open.Length >= wanted
                && !alive.Any(static pod => pod.IsGated)
                && siblings.All(pod => !pod.IsEnding || open.Any(one => one.Move.Uid == pod.Uid))
                && open.All(one => one.Migration == migration && one.Move.Destination == move.Destination));
        return isCertain ? new Pinned(migration, move.Uid!, move.Destination!) : new Held(migration);
    }
}
