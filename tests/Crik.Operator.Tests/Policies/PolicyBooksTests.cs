using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyBooksTests
{
    private const string Lost = "relief-0123abcd";

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
    public void Times_of_the_future_are_not_believed()
    {
        DateTimeOffset soon = SomePolicy.Now + TimeSpan.FromMinutes(1), later = SomePolicy.Now + TimeSpan.FromHours(2);

        Assert.IsType<PolicyStep.Create>(Next(s_decided with { DecidedTime = soon }));
        Assert.Equal(PodMigrationReasons.Canceled, Written(Next(s_decided with { DecidedTime = later })).Reason);
        Assert.Equal(PodMigrationReasons.Canceled, Written(Next(s_decided with { DecidedTime = null })).Reason);
        Assert.Equal(SomePolicy.Now, Written(Next(SomePolicy.Move("a"), SomePolicy.Migration("a", s_ended with { CompletionTime = later }))).CompletionTime);
        Assert.Equal(SomePolicy.Now, Written(Next(SomePolicy.Move("a") with { CompletionTime = later })).CompletionTime); // once written, it is not the future
        Assert.Null(Next(SomePolicy.Move("a") with { CompletionTime = soon }));
    }

    [Fact]
    public void A_PodMigration_of_the_policy_that_the_status_does_not_know_counts_too()
    {
        PolicyMove adopted = Written(PolicyBooks.Next(Facts([], SomePolicy.Migration(Lost)), mayBegin: true));

        Assert.Equal((Lost, "team", $"pod-{Lost}", true), (adopted.Name, adopted.Namespace, adopted.Pod, adopted.IsOpen));
    }

    public static TheoryData<string, PodMigrationDocument> Strangers => new()
    {
        { "it is over", SomePolicy.Migration(Lost, s_ended) },
        { "no name of the policy", SomePolicy.Migration("relief-mine") },
        { "a name of another policy", SomePolicy.Migration("relief-2-0123abcd") },
        { "a name in capitals", SomePolicy.Migration("relief-0123ABCD") },
        { "another namespace", Changed(static metadata => metadata with { Namespace = "other" }) },
        { "another owner", Changed(static metadata => metadata with { OwnerReferences = null }) },
        { "another label", Changed(static metadata => metadata with { Labels = null }) },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void What_the_policy_cannot_have_created_does_not_count(string why, PodMigrationDocument stranger) =>
        Assert.True(PolicyBooks.Next(Facts([], stranger), mayBegin: true) is null, why);

    [Fact]
    public void A_name_that_the_status_has_already_is_not_adopted_again() => Assert.Null(
        PolicyBooks.Next(Facts([SomePolicy.Move(Lost, TimeSpan.FromHours(1)) with { Namespace = "before" }], SomePolicy.Migration(Lost)), mayBegin: true));

    [Fact]
    public void Only_ten_PodMigrations_that_have_ended_are_kept()
    {
        PodMigrationDocument[] ended = [.. Enumerable.Range(0, 11).Select(static i => SomePolicy.Migration($"m{i}", s_ended with { CompletionTime = SomePolicy.Now - TimeSpan.FromHours(i) }))];

        PolicyMove[] moves = [.. Enumerable.Range(0, 11).Select(static i => SomePolicy.Move($"m{i}", TimeSpan.FromHours(i)))];

        Assert.Equal("m10", Assert.IsType<PolicyStep.Forget>(PolicyBooks.Next(Facts(moves, ended), mayBegin: true)).Item.Metadata!.Name);
        Assert.Null(PolicyBooks.Next(Facts(moves, ended[..10]), mayBegin: true));
    }

    [Fact]
    public void Old_PodMigrations_are_deleted_before_others_are_adopted()
    {
        PodMigrationDocument[] ended = [.. Enumerable.Range(0, 11).Select(static i => SomePolicy.Migration($"m{i}", s_ended))];

        Assert.IsType<PolicyStep.Forget>(PolicyBooks.Next(Facts([], [SomePolicy.Migration(Lost), .. ended]), mayBegin: true));
    }

    private static PodMigrationDocument Changed(Func<ObjectMetadata, ObjectMetadata> change) =>
        SomePolicy.Migration(Lost) is var item ? item with { Metadata = change(item.Metadata!) } : item;

    private static PolicyStep? Next(PolicyMove move, params PodMigrationDocument[] migrations) => PolicyBooks.Next(Facts([move], migrations), mayBegin: true);

    private static PolicyFacts Facts(PolicyMove[] moves, params PodMigrationDocument[] migrations) =>
        SomePolicy.Facts(SomePolicy.Policy(status: SomePolicy.StatusWith(moves))) with { Migrations = migrations };

    private static PolicyMove Written(PolicyStep? step) => Assert.Single(Assert.IsType<PolicyStep.Write>(step).Status.Moves!);
}
