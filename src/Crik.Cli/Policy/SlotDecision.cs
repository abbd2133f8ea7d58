namespace Crik.Policy;

/// <summary>Decides which slot of a pool a starting crik takes (docs/design/0031-slots.md).</summary>
internal abstract record SlotDecision
{
    /// <param name="RestoresOnly">Whether to give the slot back if its state cannot be restored. If not, the program may start afresh there.</param>
    /// <param name="Because">The reason of the decision, for the log.</param>
    public sealed record Take(int Number, bool RestoresOnly, string Because) : SlotDecision;

    /// <summary>No slot may be taken now, and at least one is in use and may become free.</summary>
    public sealed record Wait : SlotDecision;

    /// <summary>No slot may be taken, and none is in use.</summary>
    public sealed record GiveUp : SlotDecision;

    /// <summary>A message names no more slots.</summary>
    private const int MostExplained = 10;

    /// <param name="seen">Every slot of the pool, and those with higher numbers that are there.</param>
    /// <param name="slots">imageDirSlots. A program is started afresh only in a slot with a lower number.</param>
    public static SlotDecision Decide(IReadOnlyList<SlotView> seen, int slots)
    {
        SlotView.Saved[] saved = [.. seen.Select(slot => slot as SlotView.Saved).OfType().OrderBy(slot => slot.Number).OrderBy(slot => slot.MadeAt)]; // the sort is stable
        SlotView.Saved[] untried = [.. saved.Where(slot => slot.Refusal is null)];
        SlotView.Empty[] empty = [.. seen.Select(slot => slot as SlotView.Empty).OfType().Where(slot => slot.Number < slots).OrderBy(slot => slot.Number)];
        SlotView.Saved? replaceable = saved.FirstOrDefault(slot => slot is { Refusal.AllowsFreshStart: true } && slot.Number < slots);
        const string Own = "this pod used it before";
        return untried.FirstOrDefault(slot => slot.IsOwn) is { } own ? new Take(own.Number, RestoresOnly: true, Own)
            : empty.FirstOrDefault(slot => slot.IsOwn) is { } ended ? new Take(ended.Number, RestoresOnly: false, Own)
            : untried is [var oldest, ..] ? new Take(oldest.Number, RestoresOnly: true, "its state has waited longest")
            : !seen.Any(ForbidsFreshStart) && empty is [var unused, ..] ? new Take(unused.Number, RestoresOnly: false, "it has no state to restore")
            : !seen.Any(ForbidsFreshStart) && replaceable is not null
                ? new Take(replaceable.Number, RestoresOnly: false, $"the configuration asks for a fresh start in its place: {replaceable.Refusal!.Reason}")
            : seen.Any(slot => slot is SlotView.Taken) ? new Wait()
            : new GiveUp();
    }

    /// <summary>Explains which slots there are and why this pod took none.</summary>
    public static (FailureKind Kind, string Reason) Explain(IReadOnlyList<SlotView> seen)
    {
        string[] slots = [.. seen.OrderBy(slot => slot.Number).OrderBy(slot => slot is SlotView.Taken ? 1 : 0).Select(slot => $"slot {slot.Number} {Explain(slot)}")];
        string more = slots.Length > MostExplained ? $"; and {slots.Length - MostExplained} more" : "";
        bool isOnlyInUse = seen.All(slot => slot is SlotView.Taken or SlotView.Empty);
        return (isOnlyInUse ? FailureKind.Locked : FailureKind.CheckpointNotRestored, slots.Length == 0 ? "other pods are choosing theirs" : string.Join("; ", slots.Take(MostExplained)) + more);
    }

    private static string Explain(SlotView slot) => slot switch
    {
        SlotView.Taken taken => $"is in use by {taken.Holder}",
        SlotView.Saved { Refusal: { } refusal } => $"was not restored: {refusal.Reason}",
        SlotView.Saved => "has a state to restore",
        SlotView.GivenUp given => $"is out of use: its checkpoint {given.Generation} could not be restored and was set aside, and 'crik rollback --slot {given.Number} "
            + $"{given.Generation}' lets the next start try it again",
        SlotView.Unreadable unreadable => $"cannot be read: {unreadable.Reason}",
        _ => "is empty",
    };

    /// <summary>Whether a program that starts from nothing now would do so beside a state that waits, or may wait, for another pod.</summary>
    private static bool ForbidsFreshStart(SlotView slot) =>
        slot is SlotView.Unreadable or SlotView.Saved { Refusal: null or { AllowsFreshStart: false } };
}
