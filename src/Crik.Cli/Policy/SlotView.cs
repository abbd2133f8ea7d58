namespace Crik.Policy;

/// <summary>What a starting crik sees of one slot of the pool (docs/design/0031-slots.md).</summary>
internal abstract record SlotView(int Number)
{
    /// <summary>Another crik holds its lock.</summary>
    /// <param name="Holder">Who that is, as far as it is known.</param>
    public sealed record Taken(int Number, string Holder) : SlotView(Number);

    /// <summary>It is free, and has a state that a start restores (<see cref="StartDecision"/>).</summary>
    /// <param name="Generation">The newest checkpoint of that state.</param>
    /// <param name="MadeAt">When that checkpoint was made.</param>
    /// <param name="IsOwn">Whether the last run in it was in this pod.</param>
    /// <param name="Refusal">Why this start did not restore the state, if it tried.</param>
    public sealed record Saved(int Number, int Generation, DateTimeOffset MadeAt, bool IsOwn = false, SlotRefusal? Refusal = null) : SlotView(Number);

    /// <summary>It is free, and was never used, or its program ended by itself.</summary>
    /// <param name="IsOwn">Whether the last run in it was in this pod.</param>
    public sealed record Empty(int Number, bool IsOwn = false) : SlotView(Number);

    /// <summary>It is free, and its state could not be restored by anybody and was set aside.</summary>
    public sealed record GivenUp(int Number, int Generation) : SlotView(Number);

    /// <summary>Nobody can tell what is in it, because the disk fails or something else is in its place.</summary>
    public sealed record Unreadable(int Number, string Reason) : SlotView(Number);
}

/// <summary>Why a start did not restore the state of a slot.</summary>
/// <param name="AllowsFreshStart">Whether the configuration asks for a fresh start in the place of this state.</param>
internal sealed record SlotRefusal(string Reason, bool AllowsFreshStart);
