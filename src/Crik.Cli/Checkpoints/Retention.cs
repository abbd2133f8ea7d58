namespace Crik.Checkpoints;

/// <summary>Which checkpoints stay when only so many may.</summary>
internal static class Retention
{
    /// <summary>
    /// The one that a start would restore comes first, then the one with the highest number, whose number must not be given
    /// out again; both stay in any case. Then the one before the first, should that turn out to be damaged; then the newest.
    /// </summary>
    /// <param name="committed">Newest first.</param>
    /// <param name="skipped">Those that were rolled back from.</param>
    public static IEnumerable<int> ToRemove(IReadOnlyList<int> committed, IReadOnlyList<int> skipped, int keep)
    {
        int[] usable = [.. committed.Except(skipped)];
        int[] always = [.. usable.Take(1).Concat(committed.Take(1)).Distinct()];
        return [.. always.Concat(usable.Take(2)).Concat(committed).Distinct().Skip(Math.Max(always.Length, keep))];
    }
}
