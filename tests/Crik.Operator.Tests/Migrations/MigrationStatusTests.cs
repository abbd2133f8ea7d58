using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Tests.Migrations;

public sealed class MigrationStatusTests
{
    [Theory]
    [InlineData(PodMigrationReasons.AlreadyThere, true, "2/2")]
    [InlineData(PodMigrationReasons.NoDestination, false, "1/2")]
    public void A_pod_that_runs_on_the_destination_already_is_no_failure(string reason, bool isReady, string moved)
    {
        PodMigrationDocument item = new()
        {
            Status = new PodMigrationStatus { Pods = [new PodMove { Uid = "1", Name = "a", Reason = PodMigrationReasons.Completed }, new PodMove { Uid = "2", Name = "b" }] },
        };

        PodMigrationStatus status = MigrationStatus.With(item, "2", move => MoveStatus.GivenUp(move, reason, "A message.", DateTimeOffset.UnixEpoch));
        PodMigrationStatus ended = MigrationStatus.Finished(item with { Status = status }, DateTimeOffset.UnixEpoch);

        Assert.Equal(moved, ended.Moved);
        Assert.Equal(isReady, ended.Conditions.IsTrue(PodMigrationConditions.Ready));
        Assert.Equal(!isReady, ended.Conditions.IsTrue(PodMigrationConditions.Stalled));
    }
}
