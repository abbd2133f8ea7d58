namespace Crik.Checkpoints;

/// <summary>
/// The time since crik started, as files' change times tell it, in nanoseconds since 1970. When the clock was set back meanwhile,
/// it is there twice: what changed before that is younger than the start as the clock had it then, and what changed after it
/// lies between the start as the clock has it now, and now. What is in between is not of this container: an image may be.
/// </summary>
/// <param name="began">By the clock at the start.</param>
/// <param name="beganByNow">By the clock of now: now, less the time that went by.</param>
internal readonly struct Lifetime(long began, long beganByNow, long now)
{
    /// <param name="before">How much earlier is early enough.</param>
    public bool Has(long changedAt, long before) =>
        changedAt >= began - before || (changedAt >= beganByNow - before && changedAt <= now);
}
