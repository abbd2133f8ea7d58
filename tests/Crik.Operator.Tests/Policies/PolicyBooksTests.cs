using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyBooksTests
{
    private static readonly PodMigrationStatus s_ended = new()
    {
        CompletionTime = SomePolicy.Now - TimeSpan.FromMinutes(1),
        Pods = [new PodMove { Name = "pod-a", Reason = PodMigrationReasons.Completed, Message = "It runs.", DowntimeMilliseconds = 700 }],
    };

    private static readonly PolicyMove s_decided = SomePolicy.Move("a") with { CreatedTime = null };

    [Fact]
    public void A_decision_is_carried_out_once_it_is_written() =>
        Assert.Equal("a", Assert.IsType<PolicyStep.Create>(Next(s_decided)).Move.Name);

    [Fact]
    public void A_PodMigration_that_is_there_is_noted_and_not_created_again() =>
        Assert.NotNull(Written(Next(s_decided, SomePolicy.Migration("a"))).CreatedTime);

    [Fact]
    public void A_PodMigration_that_goes_on_needs_nothing() => Assert.Null(Next(SomePolicy.Move("a"), SomePolicy.Migration("a", new PodMigrationStatus { StartTime = SomePolicy.Now })));

    [Fact]
    public void What_became_of_a_PodMigration_is_written()
    {
        PolicyMove closed = Written(Next(SomePolicy.Move("a"), SomePolicy.Migration("a", s_ended)));

        Assert.Equal((PodMigrationReasons.Completed, "It runs.", 700L), (closed.Reason, closed.Message, closed.DowntimeMilliseconds));
        Assert.Equal(s_ended.CompletionTime, closed.CompletionTime);
        Assert.Null(closed.Failures);
    }

    [Fact]
    public void A_PodMigration_that_failed_as_a_whole_counts_as_a_failure()
    {
        PodMigrationStatus refused = new()
        {
            CompletionTime = SomePolicy.Now,
            Conditions = [new Condition { Type = PodMigrationConditions.Ready, Status = Condition.False, Reason = PodMigrationReasons.NothingSelected, Message = "There is no pod." }],
        };

        PolicyMove closed = Written(Next(SomePolicy.Move("a"), SomePolicy.Migration("a", refused)));

        Assert.Equal((PodMigrationReasons.NothingSelected, "There is no pod.", 1), (closed.Reason, closed.Message, closed.Failures));
    }

    [Fact]
    public void A_PodMigration_that_somebody_deleted_is_not_created_again()
    {
        PolicyMove closed = Written(Next(SomePolicy.Move("a")));

        Assert.Equal((PodMigrationReasons.Canceled, "Somebody has deleted the PodMigration.", null), (closed.Reason, closed.Message, closed.Failures));
    }

    [Fact]
    public void A_decision_is_dropped_when_the_policy_is_suspended_or_nobody_led_for_long()
    {
        Assert.Equal(PodMigrationReasons.Canceled, Written(PolicyBooks.Next(Facts([s_decided]), mayBegin: false)).Reason);
        Assert.Equal(PodMigrationReasons.Canceled, Written(Next(s_decided with { DecidedTime = SomePolicy.Now - TimeSpan.FromMinutes(3) })).Reason);
    }

    [Fact]
    public void A_PodMigration_of_the_policy_that_the_status_does_not_know_counts_too()
    {
        Assert.Equal("a", Written(PolicyBooks.Next(Facts([], SomePolicy.Migration("a", s_ended)), mayBegin: true)).Name); // its nodes cool down
        PolicyMove adopted = Written(PolicyBooks.Next(Facts([], SomePolicy.Migration("a")), mayBegin: true));

        Assert.Equal(("a", "team", "pod-a", true), (adopted.Name, adopted.Namespace, adopted.Pod, adopted.IsOpen));
        Assert.Null(PolicyBooks.Next(Facts([], SomePolicy.Migration("a") with { Metadata = SomePolicy.Migration("a").Metadata! with { OwnerReferences = null } }), mayBegin: true));
    }

    [Fact]
    public void Only_ten_PodMigrations_that_have_ended_are_kept()
    {
        PodMigrationDocument[] ended = [.. Enumerable.Range(0, 11).Select(static i => SomePolicy.Migration($"m{i}", s_ended with { CompletionTime = SomePolicy.Now - TimeSpan.FromHours(i) }))];

        PolicyMove[] moves = [.. Enumerable.Range(0, 11).Select(static i => SomePolicy.Move($"m{i}", TimeSpan.FromHours(i)))];

        Assert.Equal("m10", Assert.IsType<PolicyStep.Forget>(PolicyBooks.Next(Facts(moves, ended), mayBegin: true)).Item.Metadata!.Name);
        Assert.Null(PolicyBooks.Next(Facts(moves, ended[..10]), mayBegin: true));
    }

    private static PolicyStep? Next(PolicyMove move, params PodMigrationDocument[] migrations) => PolicyBooks.Next(Facts([move], migrations), mayBegin: true);

    private static PolicyFacts Facts(PolicyMove[] moves, params PodMigrationDocument[] migrations) =>
        SomePolicy.Facts(SomePolicy.Policy(status: SomePolicy.StatusWith(moves))) with { Migrations = migrations };

    private static PolicyMove Written(PolicyStep? step) => Assert.Single(Assert.IsType<PolicyStep.Write>(step).Status.Moves!);
}
