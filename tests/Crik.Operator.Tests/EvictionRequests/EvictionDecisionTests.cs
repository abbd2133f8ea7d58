using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.EvictionRequests;

namespace Crik.Operator.Tests.EvictionRequests;

public sealed class EvictionDecisionTests
{
    private static readonly PodMove s_open = new() { Uid = "pod-1", StartTime = SomeEviction.Now, Destination = "node-2" };
    private static readonly PodMove s_deleted = s_open with { AnnouncedTime = SomeEviction.Now };

    private static EvictionFacts Facts(ResponderState state = ResponderState.Active) => new(SomeEviction.Seen(state), SomeEviction.Now);

    [Fact]
    public void An_active_responder_moves_a_pod_that_runs_under_crik() =>
        Assert.IsType<EvictionStep.Move>(EvictionDecision.Next(Facts() with { Pod = SomeEviction.Pod() }));

    [Theory]
    [InlineData(ResponderState.None)]
    [InlineData(ResponderState.Inactive)]
    [InlineData(ResponderState.Interrupted)]
    [InlineData(ResponderState.Canceled)]
    [InlineData(ResponderState.Completed)]
    internal void Nothing_begins_in_another_state(ResponderState state) =>
        Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(Facts(state) with { Pod = SomeEviction.Pod() }));

    [Fact]
    public void What_is_complete_stays_so() => Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(
        new EvictionFacts(SomeEviction.Seen() with { CompletionTime = SomeEviction.Now }, SomeEviction.Now) { Pod = SomeEviction.Pod() }));

    [Fact]
    public void A_pod_without_crik_is_left_to_the_next_responder() =>
        Assert.Contains("crik", Completed(Facts() with { Pod = SomeEviction.Pod() with { CrikContainers = [] } }), StringComparison.Ordinal);

    [Fact]
    public void Another_pod_of_the_same_name_is_not_moved() =>
        Assert.Contains("gone", Completed(Facts() with { Pod = SomeEviction.Pod("pod-2") }), StringComparison.Ordinal);

    [Fact]
    public void A_pod_that_ends_is_not_moved() =>
        Assert.Contains("deleted", Completed(Facts() with { Pod = SomeEviction.Pod() with { DeletedAt = SomeEviction.Now } }), StringComparison.Ordinal);

    [Fact]
    public void A_move_that_somebody_deleted_is_not_made_again() => Assert.Contains("somebody has deleted it", Completed(
        Reported("The pod waits for its move, by the PodMigration eviction-e-1.") with { Pod = SomeEviction.Pod() }), StringComparison.Ordinal);

    [Fact]
    public void A_sign_of_life_about_the_move_of_somebody_else_is_no_move_of_crik() => Assert.IsType<EvictionStep.Move>(EvictionDecision.Next(
        Reported("The pod is about to be moved to the node node-2, by the PodMigration drain.") with { Pod = SomeEviction.Pod() }));

    [Fact]
    public void A_move_that_came_too_late_is_made_again_when_the_other_one_has_not_succeeded()
    {
        PodMigrationDocument late = SomeEviction.Ended(PodMigrationReasons.AlreadyMoving);
        EvictionFacts first = Reported(EvictionMessages.Of(late)) with { Own = late, Pod = SomeEviction.Pod() };
        string message = Assert.IsType<EvictionStep.Report>(EvictionDecision.Next(first)).Message;
        EvictionFacts then = Reported(message) with { Own = late, Pod = SomeEviction.Pod() };

        Assert.IsType<EvictionStep.Remove>(EvictionDecision.Next(then));
        Assert.IsType<EvictionStep.Wait>(EvictionDecision.Next(then with { Own = late with { Metadata = late.Metadata! with { DeletionTimestamp = SomeEviction.Now } } }));
        Assert.IsType<EvictionStep.Move>(EvictionDecision.Next(then with { Own = null }));
        Assert.IsType<EvictionStep.Complete>(EvictionDecision.Next(then with { Pod = SomeEviction.Pod("pod-2") }));
        Assert.IsType<EvictionStep.Complete>(EvictionDecision.Next(then with { Now = SomeEviction.Now.AddMinutes(20) }));
    }

    [Fact]
    public void A_PodMigration_of_the_name_for_another_pod_is_not_waited_for() =>
        Assert.Contains("not for it", Completed(Facts() with { IsNameTaken = true, Pod = SomeEviction.Pod() }), StringComparison.Ordinal);

    [Theory]
    [InlineData("eviction-e-1", "pod-1", true)]
    [InlineData("eviction-e-1", "pod-2", false)]
    [InlineData("eviction-e-1", null, false)]
    [InlineData("eviction-e-2", "pod-1", false)]
    public void A_PodMigration_is_that_of_crik_by_its_name_and_the_UID_of_the_pod(string name, string? pod, bool isFor) => Assert.Equal(isFor, EvictionMigration.IsFor(
        new PodMigrationDocument { Metadata = new ObjectMetadata { Name = name }, Spec = new PodMigrationSpec { PodUid = pod } }, SomeEviction.Seen()));

    [Theory]
    [InlineData(null, "x", true)] // no sign of life yet
    [InlineData(19, "x", false)] // another message, but too early
    [InlineData(20, "x", true)]
    [InlineData(179, null, false)] // the same message
    [InlineData(180, null, true)]
    public void Signs_of_life_are_neither_too_rare_nor_too_frequent(int? secondsAgo, string? message, bool isDue)
    {
        PodMigrationDocument own = SomeEviction.Migration(s_open);
        SeenEviction eviction = SomeEviction.Seen() with
        {
            HeartbeatTime = secondsAgo is { } ago ? SomeEviction.Now.AddSeconds(-ago) : null,
            Message = message ?? EvictionMessages.Of(own),
        };

        EvictionStep step = EvictionDecision.Next(new EvictionFacts(eviction, SomeEviction.Now) { Own = own });

        Assert.Equal(isDue, step is EvictionStep.Report);
        Assert.True(isDue || step is EvictionStep.Wait { Pause.TotalSeconds: > 0 and <= 180 });
    }

    [Fact]
    public void The_move_of_somebody_else_is_awaited() =>
        Assert.Contains("eviction-e-1", Assert.IsType<EvictionStep.Report>(EvictionDecision.Next(Facts() with { Other = SomeEviction.Migration(s_open) })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void The_move_of_somebody_else_is_awaited_for_twenty_minutes(int seconds, bool isAwaited)
    {
        DateTimeOffset now = SomeEviction.Seen().StartTime!.Value.AddMinutes(20).AddSeconds(seconds);
        PodMigrationDocument other = SomeEviction.Migration(s_open);

        Assert.Equal(isAwaited, EvictionDecision.Next(new EvictionFacts(SomeEviction.Seen(), now) { Other = other }) is EvictionStep.Report);
        Assert.IsType<EvictionStep.Report>(EvictionDecision.Next(new EvictionFacts(SomeEviction.Seen(), now) { Own = other })); // its deadline ends it
    }

    [Fact]
    public void A_move_that_fails_because_somebody_else_moves_the_pod_awaits_that() => Assert.IsType<EvictionStep.Report>(EvictionDecision.Next(
        Facts() with { Own = SomeEviction.Ended(PodMigrationReasons.AlreadyMoving), Other = SomeEviction.Migration(s_open) }));

    [Theory]
    [InlineData(PodMigrationReasons.Completed, "was moved to the node node-2")]
    [InlineData(PodMigrationReasons.NoDestination, "was not moved by the PodMigration eviction-e-1: NoDestination. So it is.")]
    public void A_move_that_has_ended_completes_the_responder(string reason, string message) =>
        Assert.Contains(message, Completed(Facts() with { Own = SomeEviction.Ended(reason) }), StringComparison.Ordinal);

    [Theory]
    [InlineData(ResponderState.Canceled)]
    [InlineData(ResponderState.Interrupted)]
    internal void A_move_that_nobody_wants_any_more_is_taken_back_before_the_pod_is_deleted(ResponderState state)
    {
        Assert.IsType<EvictionStep.Remove>(EvictionDecision.Next(Facts(state) with { Own = SomeEviction.Migration(s_open) }));
        Assert.IsType<EvictionStep.Remove>(EvictionDecision.Next(Facts(state) with { Own = SomeEviction.Migration() with { Status = null } }));
        Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(Facts(state) with { Own = SomeEviction.Migration(s_deleted) }));
        Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(Facts(state) with { Own = Canceled() }));
        Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(Facts(state) with { Own = SomeEviction.Ended(PodMigrationReasons.Completed) }));
    }

    [Fact]
    public void The_PodMigration_goes_with_its_Eviction_unless_the_pod_is_under_way()
    {
        EvictionFacts gone = new(null, SomeEviction.Now);

        Assert.IsType<EvictionStep.Remove>(EvictionDecision.Next(gone with { Left = [SomeEviction.Migration(s_open)] }));
        Assert.IsType<EvictionStep.Remove>(EvictionDecision.Next(gone with { Left = [SomeEviction.Migration(s_deleted), SomeEviction.Ended(PodMigrationReasons.Completed)] }));
        Assert.IsType<EvictionStep.Nothing>(EvictionDecision.Next(gone with { Left = [SomeEviction.Migration(s_deleted), Canceled()] }));
    }

    /// <summary>crik wrote this message some time ago.</summary>
    private static EvictionFacts Reported(string message) =>
        new(SomeEviction.Seen() with { HeartbeatTime = SomeEviction.Now.AddMinutes(-1), Message = message }, SomeEviction.Now);

    private static PodMigrationDocument Canceled() => SomeEviction.Migration(s_open) with { Metadata = new ObjectMetadata { DeletionTimestamp = SomeEviction.Now } };

    private static string Completed(EvictionFacts facts) => Assert.IsType<EvictionStep.Complete>(EvictionDecision.Next(facts)).Message;
}
