using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>
/// Kills the operator between any two of its effects, lets the API server fail at random, the webhook be away, containers start
/// again and users delete pods. The simulation itself checks: a program never runs twice, its pod is never deleted before it was
/// armed and never twice, and at the end each program runs once, with all that was saved of it.
/// </summary>
public sealed class SimulationTests
{
    private const int Schedules = 600;

    [Fact]
    public void No_schedule_of_kills_and_failures_loses_or_doubles_a_pod()
    {
        int kills = 0, deletions = 0;
        Dictionary<string, int> reasons = [];
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
            deletions += simulation.Deletions;
            foreach (PodMove move in simulation.Moves)
            {
                string reason = move.IsByImage ? $"{move.Reason} by image" : move.Reason!;
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }

        // Otherwise the schedules would be so gentle, or so rough, that they show nothing.
        string summary = $"{kills} kills, {deletions} deletions, {string.Join(", ", reasons)}";
        Assert.True(kills > 5 * Schedules, summary);
        Assert.True(deletions > 2 * Schedules, summary);
        Assert.True(reasons[PodMigrationReasons.Completed] > 2 * Schedules, summary);
        Assert.True(reasons[$"{PodMigrationReasons.Completed} by image"] > Schedules, summary);
        Assert.True(reasons[PodMigrationReasons.NewRevision] > 0, summary);
        Assert.True(reasons[PodMigrationReasons.AlreadyMoving] > Schedules / 10, summary);
    }
}
