namespace Crik.Files;

/// <summary>
/// Tells from a file's change time whether the file changed since crik started. Times are nanoseconds since 1970. The clock may have been
/// set back meanwhile. A file that changed before that is younger than crik's start by the old clock. A file that changed after it is
/// younger than crik's start by the new clock, and not younger than now. Any other time is not from this container but, for example, from
/// its image.
/// </summary>
/// <param name="began">The time of crik's start, by the clock as it was then.</param>
/// <param name="beganByNow">The time of crik's start, by the clock as it is now: the current time less the time that has passed.</param>
internal readonly struct Lifetime(long began, long beganByNow, long now)
{
    /// <param name="before">How many nanoseconds before the start still count as since the start.</param>
    public bool Has(long changedAt, long before) =>
        changedAt >= began - before || (changedAt >= beganByNow - before && changedAt <= now);
}
