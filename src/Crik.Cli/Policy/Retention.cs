namespace Crik.Policy;

/// <summary>Decides which checkpoints to remove when there are more than the configuration keeps.</summary>
internal static class Retention
{
    /// <summary>
    /// Keeps checkpoints in this order. Two always stay: the one that a start would restore, and the one with the highest number, because
    /// that number must not be used again. Next is the newest one of another state than the first, for the case that restored runs of that
    /// state keep ending early. Then come the one that a start would restore if the first is damaged, and the newest.
    /// </summary>
    /// <param name="committed">The numbers of the committed checkpoints, newest first.</param>
    /// <param name="skipped">The numbers of the checkpoints that a rollback skipped, or whose state was given up.</param>
    /// <param name="stateOf">Reads the state of a checkpoint (<see cref="Store.CheckpointManifest.State"/>).</param>
    public static IEnumerable<int> ToRemove(IReadOnlyList<int> committed, IReadOnlyList<int> skipped, int keep, Func<int, int> stateOf)
    {
        if (committed.Count <= keep)
        {
            return [];
        }

        int[] usable = [.. committed.Except(skipped)];
        int[] always = [.. usable.Take(1).Concat(committed.Take(1)).Distinct()];
        int newest = usable.Length > 1 ? stateOf(usable[0]) : 0;
        IEnumerable<int> another = usable.Skip(1).Where(generation => stateOf(generation) != newest).Take(1);
        return [.. always.Concat(another).Concat(usable.Take(2)).Concat(committed).Distinct().Skip(Math.Max(always.Length, keep))];
    }
}
