using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyMovesTests
{
    private static readonly PolicyRequest s_request = SomePolicy.Request();

    [Theory]
    [InlineData("node-1", 9, PodMigrationReasons.Completed, true)]
    [InlineData("node-2", 9, PodMigrationReasons.Completed, true)]
    [InlineData("node-1", 9, PodMigrationReasons.Timeout, true)]
    [InlineData("node-1", 10, PodMigrationReasons.Completed, false)]
    [InlineData("node-3", 1, PodMigrationReasons.Completed, false)]
    public void Both_nodes_of_a_move_cool_down_whether_it_failed_or_not(string node, int minutes, string reason, bool isCooling) =>
        Assert.Equal(isCooling, PolicyMoves.CoolingUntil([SomePolicy.Move("a", TimeSpan.FromMinutes(minutes), reason)], node, s_request, SomePolicy.Now) is not null);

    [Fact]
    public void An_end_in_the_future_counts_as_now() =>
        Assert.Equal(SomePolicy.Now + TimeSpan.FromMinutes(10), PolicyMoves.CoolingUntil([SomePolicy.Move("a", TimeSpan.FromHours(-2))], "node-1", s_request, SomePolicy.Now));

    [Theory]
    [InlineData(1, 19, true)]
    [InlineData(1, 20, false)]
    [InlineData(2, 39, true)]
    [InlineData(2, 40, false)]
    [InlineData(100, 24 * 60 - 1, true)]
    [InlineData(100, 24 * 60, false)]
    public void A_workload_waits_twice_as_long_after_each_failure_in_a_row(int failures, int minutes, bool isPaused)
    {
        PolicyRequest request = SomePolicy.Request(SomePolicy.Spec with { CoolDown = "10m" });
        PolicyMove failed = SomePolicy.Move("a", TimeSpan.FromMinutes(minutes), PodMigrationReasons.Timeout) with { Failures = failures };

        Assert.Equal(isPaused, PolicyMoves.IsPaused([failed], "owner-a", failures == 100 ? request with { CoolDown = TimeSpan.FromHours(1) } : request, SomePolicy.Now));
        Assert.False(PolicyMoves.IsPaused([failed], "owner-b", request, SomePolicy.Now));
    }

    [Fact]
    public void Failures_are_counted_until_a_move_succeeds()
    {
        PolicyMove open = SomePolicy.Move("a");
        PolicyMove first = PolicyMoves.Closed(open, [], (PodMigrationReasons.Timeout, "", null), SomePolicy.Now);
        PolicyMove second = PolicyMoves.Closed(open, [first], (PodMigrationReasons.NotRestored, "", null), SomePolicy.Now);
        PolicyMove third = PolicyMoves.Closed(open, [second], (PodMigrationReasons.Completed, "", 900), SomePolicy.Now);

        Assert.Equal([1, 2, null], new[] { first, second, third }.Select(static move => move.Failures));
        Assert.Null(PolicyMoves.Closed(open, [first], (PodMigrationReasons.Canceled, "", null), SomePolicy.Now).Failures);
        Assert.Equal(900, third.DowntimeMilliseconds);
    }

    [Fact]
    public void The_status_keeps_every_open_move_and_the_newest_of_the_others()
    {
        PolicyMove[] moves = [SomePolicy.Move("open"), .. Enumerable.Range(1, 60).Select(static i => SomePolicy.Move($"m{i}", TimeSpan.FromMinutes(i)))];

        IReadOnlyList<PolicyMove> kept = PolicyMoves.Pruned(moves);

        Assert.Equal(PolicyMoves.Kept + 1, kept.Count);
        Assert.Equal(("open", "m1", "m50"), (kept[0].Name, kept[1].Name, kept[^1].Name));
        PolicyMove old = SomePolicy.Move("m1", TimeSpan.FromDays(1)) with { Namespace = "other" }; // the name alone is no reason to keep it
        Assert.DoesNotContain(old, PolicyMoves.Pruned([.. moves, old]));
    }

    [Fact]
    public void The_time_to_move_is_that_of_the_last_PodMigration_of_the_controller_or_else_what_the_status_remembers()
    {
        static PodMigrationDocument Measured(string owner, int minutesAgo, long time) => SomePolicy.Migration("m", new PodMigrationStatus
        {
            Pods = [new PodMove { OwnerUid = owner, Name = "x", Reason = PodMigrationReasons.Completed, DowntimeMilliseconds = time, CompletionTime = SomePolicy.Now - TimeSpan.FromMinutes(minutesAgo) }],
        });
        MeasuredPod pod = SomePolicy.Pod("web", owner: "set");
        PolicyFacts facts = SomePolicy.Facts(SomePolicy.Policy(status: SomePolicy.StatusWith(SomePolicy.Move("a", TimeSpan.Zero) with { Workload = "set", DowntimeMilliseconds = 5000 })));

        Assert.Equal(TimeSpan.FromSeconds(5), PolicyMoves.TimeOf(facts, pod.Pod, pod.Workload));
        Assert.Equal(TimeSpan.FromSeconds(2), PolicyMoves.TimeOf(facts with { Migrations = [Measured("set", 9, 1000), Measured("set", 3, 2000), Measured("other", 1, 3000)] }, pod.Pod, pod.Workload));
        Assert.Null(PolicyMoves.TimeOf(SomePolicy.Facts(), pod.Pod, pod.Workload));
    }

    [Fact]
    public void Pods_of_a_StatefulSet_and_of_an_indexed_Job_are_told_apart_and_others_are_not()
    {
        MeasuredPod pod = SomePolicy.Pod("web-0", owner: "uid");

        Assert.Equal("uid", pod.Workload);
        Assert.Equal("uid/web-0", (pod with { Pod = pod.Pod with { Owner = pod.Pod.Owner! with { Kind = "StatefulSet" } } }).Workload);
        Assert.Equal("uid/7", (pod with { Pod = pod.Pod with { CompletionIndex = "7" } }).Workload);
    }
}
