namespace Crik.Files;

/// <summary>Remembers when crik started, and which mounts there were. A file that changed later was changed in this container.</summary>
internal sealed class ContainerAge
{
    private readonly long _startedAt = Now();
    private readonly long _startedTicks = Environment.TickCount64;

    /// <summary>The mount points that the container had when crik started. Other pods of the same kind have them too.</summary>
    public IReadOnlySet<string> FirstMounts { get; } = new HashSet<string>(Mount.ReadAll().Select(mount => mount.MountPoint));

    public Lifetime Lifetime()
    {
        long now = Now();
        return new Lifetime(_startedAt, now - ((Environment.TickCount64 - _startedTicks) * 1_000_000), now);
    }

    /// <summary>The lifetime of a container whose first process is this one, if nobody has set the clock.</summary>
    public static Lifetime SinceStartOf(int process)
    {
        const long NanosecondsOfTick = 10_000_000; // USER_HZ is 100 on every architecture that crik knows
        long now = Now();
        long began = now - (Environment.TickCount64 * 1_000_000) + ((long)ProcFs.StartTime(process) * NanosecondsOfTick);
        return new Lifetime(began, began, now);
    }

    /// <summary>Nanoseconds since 1970, as files have them.</summary>
    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}

/// <summary>
/// Tells from a file's change time whether the file changed since crik started. Times are nanoseconds since 1970. Somebody may have set
/// the clock meanwhile, so there are two ranges of times that count. A file that changed before the clock was set has a time after crik's
/// start by the old clock. A file that changed later has a time between crik's start by the new clock and now. A file with any other time
/// was there before the container, for example in its image.
/// </summary>
/// <param name="began">The time of crik's start, by the clock as it was then.</param>
/// <param name="beganByNow">The time of crik's start, by the clock as it is now: the current time less the time that has passed.</param>
internal readonly struct Lifetime(long began, long beganByNow, long now)
{
    /// <summary>
    /// How many nanoseconds before crik's start a directory may have been copied. The layer is older than crik: images are unpacked and init
    /// containers run before it starts.
    /// </summary>
    private const long LayerBeforeCrik = 300_000_000_000;

    /// <summary>
    /// Whether something below a directory of an overlayfs may be in the container's own layer. Before a change, overlayfs copies every
    /// directory above it into that layer. The directory's change time, which no program can set, shows that.
    /// </summary>
    public bool MayHaveChangesBelow(FileStatus directory) => Has(directory.ChangedAt, LayerBeforeCrik);

    /// <param name="before">How many nanoseconds before the start still count as since the start.</param>
    public bool Has(long changedAt, long before) =>
        changedAt >= began - before || (changedAt >= beganByNow - before && changedAt <= now);
}
