using Crik.Policy;

namespace Crik.Tests.Policy;

/// <summary>
/// Tests which slot of a pool a start takes. In the tables a slot is a word: "-" is empty, "x" taken, "5" has a checkpoint
/// of that minute, "5!" one that was refused, "5?" one that was refused and may be replaced by a fresh start, "g" was given
/// up, and "u" cannot be read. A "*" at the end says that this pod used the slot before.
/// </summary>
public sealed class SlotDecisionTests
{
    [Theory]
    [InlineData("- - -", 3, "fresh 0")]
    [InlineData("x - -", 3, "fresh 1")]
    [InlineData("- 5 4", 3, "restore 2")]
    [InlineData("5 5 -", 3, "restore 0")]
    [InlineData("x x x", 3, "wait")]
    [InlineData("x 7 x", 3, "restore 1")]
    public void A_waiting_state_comes_first_and_the_oldest_of_them_before_the_others(string slots, int count, string expected) =>
        Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("x x 5", 2, "restore 2")]
    [InlineData("6 x 5", 2, "restore 2")]
    [InlineData("4 x 5", 2, "restore 0")]
    [InlineData("x x -", 2, "wait")]
    [InlineData("x x 5?", 2, "wait")]
    public void A_slot_above_imageDirSlots_is_only_used_to_restore(string slots, int count, string expected) =>
        Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("3 5* -", 3, "restore 1")]
    [InlineData("3 -* -", 3, "fresh 1")]
    [InlineData("3 x -*", 2, "restore 0")]
    [InlineData("3 5!* -", 3, "restore 0")]
    public void A_pod_that_restarts_keeps_its_slot(string slots, int count, string expected) => Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("5! - x", 3, "wait")]
    [InlineData("5! - -", 3, "give up")]
    [InlineData("5! 6 -", 3, "restore 1")]
    [InlineData("5! 6? x", 3, "wait")]
    [InlineData("u - x", 3, "wait")]
    [InlineData("u - -", 3, "give up")]
    [InlineData("u 6 -", 3, "restore 1")]
    public void No_program_starts_from_nothing_while_a_state_waits_that_only_this_pod_cannot_use(string slots, int count, string expected) =>
        Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("5? 4? -", 3, "fresh 2")]
    [InlineData("5? 4? x", 3, "fresh 1")]
    [InlineData("5? 4? 6", 3, "restore 2")]
    public void A_fresh_start_in_the_place_of_a_state_is_the_last_resort(string slots, int count, string expected) => Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("g - -", 3, "fresh 1")]
    [InlineData("g x x", 3, "wait")]
    [InlineData("g g g", 3, "give up")]
    public void A_slot_whose_state_was_given_up_is_out_of_use_and_forbids_nothing(string slots, int count, string expected) =>
        Assert.Equal(expected, Decide(slots, count));

    [Theory]
    [InlineData("x x", FailureKind.Locked, "slot 0 is in use by crik of a; slot 1 is in use by crik of a")]
    [InlineData("x 5!", FailureKind.CheckpointNotRestored, "slot 1 was not restored: no AVX; slot 0 is in use by crik of a")]
    [InlineData("x u", FailureKind.CheckpointNotRestored, "slot 1 cannot be read: EIO; slot 0 is in use by crik of a")]
    [InlineData("x g", FailureKind.CheckpointNotRestored, "slot 1 is out of use: its checkpoint 2 could not be restored and was set aside, and 'crik rollback --slot 1 2' lets the next start try it again; slot 0 is in use by crik of a")]
    [InlineData("", FailureKind.Locked, "other pods are choosing theirs")]
    internal void The_reason_names_each_slot_and_first_what_somebody_can_do_something_about(string slots, FailureKind kind, string reason) =>
        Assert.Equal((kind, reason), SlotDecision.Explain(Read(slots)));

    [Fact]
    public void The_reason_does_not_grow_with_a_thousand_slots() =>
        Assert.EndsWith("slot 9 is in use by crik of a; and 990 more", SlotDecision.Explain(Read(string.Join(' ', Enumerable.Repeat("x", 1000)))).Reason, StringComparison.Ordinal);

    private static string Decide(string slots, int count) => SlotDecision.Decide(Read(slots), count) switch
    {
        SlotDecision.Take { RestoresOnly: true } take => $"restore {take.Number}",
        SlotDecision.Take take => $"fresh {take.Number}",
        SlotDecision.Wait => "wait",
        _ => "give up",
    };

    private static SlotView[] Read(string slots) => [.. slots.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((word, number) => Read(number, word))];

    private static SlotView Read(int number, string word)
    {
        bool isOwn = word.EndsWith('*');
        return word.TrimEnd('*') switch
        {
            "-" => new SlotView.Empty(number, isOwn),
            "x" => new SlotView.Taken(number, "crik of a"),
            "g" => new SlotView.GivenUp(number, 2),
            "u" => new SlotView.Unreadable(number, "EIO"),
            [var minute, .. var mark] => new SlotView.Saved(
                number, 1, DateTimeOffset.UnixEpoch.AddMinutes(minute - '0'), isOwn, mark.Length > 0 ? new SlotRefusal("no AVX", AllowsFreshStart: mark == "?") : null),
            _ => throw new ArgumentException(word),
        };
    }
}
