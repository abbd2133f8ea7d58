namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>
/// Kills the agent between any two of its effects, and lets the API server, the kubelet and the registry fail at random. The
/// simulation itself checks: never two images for one object, never a deleted pod without an archive, nothing left on the node,
/// and no second checkpoint for an object that has one already.
/// </summary>
public sealed class SimulationTests
{
    private const int Schedules = 3000;

    [Fact]
    public void No_schedule_of_kills_and_failures_loses_or_doubles_a_checkpoint()
    {
        int kills = 0, requests = 0, ready = 0;
        for (int seed = 0; seed < Schedules; seed++)
        {
            Simulation simulation = new(seed);
            try
            {
                simulation.Run();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The schedule of the seed {seed} failed: {exception.Message}", exception);
            }

            kills += simulation.Kills;
            requests += simulation.Requests;
            ready += simulation.Ready;
        }

        // Otherwise the schedules would be so gentle, or so rough, that they show nothing.
        Assert.True(kills > 2 * Schedules, $"{kills} kills");
        Assert.True(requests > 2 * Schedules, $"{requests} requests to the kubelet");
        Assert.True(ready > Schedules, $"{ready} objects are ready");
    }
}
