using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>
/// Kills the operator between any two of its effects, lets the API server and the metrics fail at random, and lets users change the
/// policy, its status and its PodMigrations. The simulation itself checks: there are never more moves than the policy allows, never two
/// of one pod, none from a node that cools down, and no destination comes above its lower threshold.
/// </summary>
public sealed class PolicySimulationTests
{
    private const int Schedules = 200;

    [Fact]
    public void No_schedule_of_kills_and_failures_moves_too_much_or_leaves_a_node_with_too_much_load()
    {
        int kills = 0, created = 0;
        Dictionary<string, int> reasons = [];
        for (int seed = 0; seed < Schedules; seed++)
        {
            PolicySimulation simulation = new(seed);
            try
            {
                simulation.Run();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The schedule of the seed {seed} failed: {exception.Message}", exception);
            }

            kills += simulation.Kills;
            created += simulation.Cluster.Created;
            foreach (string reason in (simulation.Cluster.Policy.Status!.Moves ?? []).Select(static move => move.Reason!))
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }

        // Otherwise the schedules would be so gentle, or so rough, that they show nothing.
        string summary = $"{kills} kills, {created} created, {string.Join(", ", reasons)}";
        Assert.True(kills > 10 * Schedules, summary);
        Assert.True(created > 2 * Schedules, summary);
        Assert.True(reasons[PodMigrationReasons.Completed] > Schedules, summary);
        Assert.True(reasons[PodMigrationReasons.Timeout] > Schedules / 10, summary);
        Assert.True(reasons[PodMigrationReasons.Canceled] > 0, summary);
    }
}
