namespace Crik.Policy;

/// <summary>Decides which checkpoints to remove when there are more than the configuration keeps.</summary>
internal static class Retention
{
    /// <summary>
    /// Keeps checkpoints in this order. Two always stay: the one that a start would restore, and the one with the highest number, because
    /// that number must not be used again. Next is the one that a start would restore if the first is damaged. Then come the newest.
    /// </summary>
    /// <param name="committed">The numbers of the committed checkpoints, newest first.</param>
    /// <param name="skipped">The numbers of the checkpoints that a rollback skipped.</param>
    public static IEnumerable<int> ToRemove(IReadOnlyList<int> committed, IReadOnlyList<int> skipped, int keep)
    {
        int[] usable = [.. committed.Except(skipped)];
        int[] always = [.. usable.Take(1).Concat(committed.Take(1)).Distinct()];
        return [.. always.Concat(usable.Take(2)).Concat(committed).Distinct().Skip(Math.Max(always.Length, keep))];
    }
}
