namespace Crik.ClusterTests;

/// <summary>
/// Looks at all that one program has ever written: it must go on in one container at a time, and no number may be lost. A number may
/// be repeated only by a program whose node was killed, because that goes on from an older checkpoint.
/// </summary>
internal static class CountingHistory
{
    /// <returns>How often the program went back to an older checkpoint.</returns>
    public static int Check(IEnumerable<CountingRun> all, IReadOnlyCollection<NodeDeath> deaths)
    {
        CountingRun[] runs = [.. all.OrderBy(static run => run.Began)];
        int returns = 0;
        foreach ((CountingRun before, CountingRun after) in runs.Zip(runs.Skip(1)))
        {
            string both = $"{before} and {after}";
            Assert.True(before.Ended < after.Began, $"a program ran twice: {both}");
            Assert.True(after.First <= before.Last + 1, $"a number was lost between {both}");
            if (after.First <= before.Last)
            {
                Assert.True(deaths.Any(death => death.Node == before.Node && death.Ended >= before.Ended && death.Began <= after.Began), $"numbers were repeated: {both}");
                returns++;
            }
        }

        return returns;
    }
}
