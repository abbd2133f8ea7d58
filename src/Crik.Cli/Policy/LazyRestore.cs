using Crik.Configuration;
using Crik.Criu;

namespace Crik.Policy;

/// <summary>Decides whether a restored program may run before all of its pages are loaded.</summary>
/// <param name="Reason">The reason of the decision, for the log.</param>
/// <param name="WasRefused">Whether the configuration asks for a lazy restore always, but it is impossible here.</param>
internal sealed record LazyRestore(bool IsLazy, string Reason, bool WasRefused = false)
{
    /// <summary>The smallest memory for which a lazy restore pays off. Less is read in a fraction of a second.</summary>
    public const long LeastBytes = 256 << 20;

    /// <summary>The disk may become this many times faster than it was until now.</summary>
    private const double Doubt = 2;

    /// <param name="bytes">The bytes of all pages in the checkpoint.</param>
    /// <param name="level">The mode that criu runs in.</param>
    /// <param name="userfaultfd">0 when the kernel lets crik use userfaultfd(2), else the errno.</param>
    /// <param name="failedBefore">Whether crik ended the last run because it could not load all pages.</param>
    public static LazyRestore Decide(LazyPages wanted, long bytes, PrivilegeLevel level, int userfaultfd, bool failedBefore)
    {
        string? refused = failedBefore ? "pages did not come in the last time"
            : level != PrivilegeLevel.Full ? "criu needs the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME for it, at the checkpoint and now"
            : userfaultfd != 0 ? $"the kernel refuses userfaultfd: {Errno.Text(userfaultfd)}"
            : null;
        return wanted == LazyPages.Never ? new(false, "lazyPages is never")
            : wanted == LazyPages.Auto && bytes < LeastBytes ? new(false, $"it is small: {bytes >> 20} MiB")
            : refused is not null ? new(false, refused, WasRefused: wanted == LazyPages.Always)
            : new(true, wanted == LazyPages.Always ? "lazyPages is always" : $"there are {bytes >> 20} MiB");
    }

    /// <summary>Estimates from the pages loaded so far whether the rest comes in time.</summary>
    /// <returns>Why waiting for the rest is useless; <see langword="null"/> when it is not.</returns>
    public static string? Objection(long missing, long total, TimeSpan gone, TimeSpan available)
    {
        double share = total > 0 ? 1 - ((double)missing / total) : 1;
        TimeSpan left = share > 0.01 ? gone * ((1 - share) / share) : TimeSpan.Zero; // too early to say
        return left <= available * Doubt ? null
            : $"{missing >> 20} of {total >> 20} MiB of the program's memory have not come in yet, which takes about {left.TotalSeconds:0} s, and there are {available.TotalSeconds:0} s";
    }
}
