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

    /// <summary>It is the replacement, so it may only run there.</summary>
    public sealed record Pinned(string Migration, string Node) : Replacement;

    /// <summary>It may be the replacement, or that of another pod which is missing. The operator decides when the checkpoint is there.</summary>
    public sealed record Held(string Migration) : Replacement;

    /// <summary>The moves that wait for a pod of this controller and, where the name stays, of this name.</summary>
    public static IReadOnlyList<(string Migration, PodMove Move)> Expected(string owner, string? name, IEnumerable<PodMigrationDocument> migrations) =>
    [
        .. from item in migrations
           where item is { Metadata.Uid: not null, Metadata.DeletionTimestamp: null, Status.CompletionTime: null }
           from move in item.Status!.Pods ?? []
           where move.AwaitsReplacement && move.OwnerUid == owner && (move.KeepsName is not true || move.Name == name)
           select (item.Metadata!.Uid!, move),
    ];

    /// <summary>The UIDs of the pods of which the operator knows that they replace one.</summary>
    public static IReadOnlySet<string> Claimed(IEnumerable<PodMigrationDocument> migrations) =>
        migrations.SelectMany(static item => item.Status?.Pods ?? []).Select(static move => move.Replacement?.Uid).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <param name="expected">What <see cref="Expected"/> has found.</param>
    /// <param name="claimed">What <see cref="Claimed"/> has found.</param>
    /// <param name="siblings">The pods of the same controller that exist.</param>
    /// <param name="replicas">How many there should be. Null: the controller does not say it.</param>
    public static Replacement Of(
        IReadOnlyList<(string Migration, PodMove Move)> expected, IReadOnlySet<string> claimed, IReadOnlyList<MovingPod> siblings, int? replicas)
    {
        MovingPod[] alive = [.. siblings.Where(static pod => !pod.IsEnding && pod.Phase is not ("Succeeded" or "Failed"))];

        // A pod that still runs is not replaced yet, whatever was announced.
        (string Migration, PodMove Move)[] open = [.. expected.Where(one => alive.All(pod => pod.Uid != one.Move.Uid))];
        if (open is [{ Move.KeepsName: true } named, ..])
        {
            return new Pinned(named.Migration, named.Move.Destination!);
        }

        int found = alive.Count(pod => !claimed.Contains(pod.Uid) && open.Any(one => one.Migration == pod.Migration));
        if (open.Length <= found)
        {
            return new None();
        }

        (string migration, PodMove move) = open[0];
        bool isCertain = siblings.All(pod => !pod.IsEnding || open.Any(one => one.Move.Uid == pod.Uid))
            && open.All(one => one.Migration == migration && one.Move.Destination == move.Destination)
            && alive.Length - found + open.Length >= (replicas ?? 1);
        return isCertain ? new Pinned(migration, move.Destination!) : new Held(migration);
    }
}
