using Crik.Configuration;
using Crik.Criu;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>Whether the program runs while its pages come in, or only when it has all of them.</summary>
/// <param name="Reason">For the log.</param>
/// <param name="WasRefused">Somebody wants it at any size, and it cannot be had.</param>
internal sealed record LazyRestore(bool IsLazy, string Reason, bool WasRefused = false)
{
    /// <summary>Less is read in a fraction of a second, and the program is whole from its first instant.</summary>
    public const long LeastBytes = 256 << 20;

    /// <summary>A disk may be this much faster than it was until now.</summary>
    private const double Doubt = 2;

    /// <param name="bytes">Of pages in the checkpoint.</param>
    /// <param name="level">The mode that criu is run in.</param>
    /// <param name="userfaultfd">0 when the kernel gives it, else the errno.</param>
    /// <param name="failedBefore">The last run was ended because pages did not come in.</param>
    public static LazyRestore Decide(LazyPages wanted, long bytes, PrivilegeLevel level, int userfaultfd, bool failedBefore)
    {
        string? refused = failedBefore ? "pages did not come in the last time"
            : level != PrivilegeLevel.Full ? "criu needs the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME for it, at the checkpoint and now"
            : userfaultfd != 0 ? $"userfaultfd is not to be had: {Errno.Text(userfaultfd)}"
            : null;
        return wanted == LazyPages.Never ? new(false, "lazyPages is never")
            : wanted == LazyPages.Auto && bytes < LeastBytes ? new(false, $"it is small: {bytes >> 20} MiB")
            : refused is not null ? new(false, refused, WasRefused: wanted == LazyPages.Always)
            : new(true, wanted == LazyPages.Always ? "lazyPages is always" : $"there are {bytes >> 20} MiB");
    }

    /// <returns>Why it is no use to wait for the rest, or <see langword="null"/>.</returns>
    public static string? Objection(long missing, long total, TimeSpan gone, TimeSpan available)
    {
        double share = total > 0 ? 1 - ((double)missing / total) : 1;
        TimeSpan left = share > 0.01 ? gone * ((1 - share) / share) : TimeSpan.Zero; // too early to say
        return left <= available * Doubt ? null
            : $"{missing >> 20} of {total >> 20} MiB of the program's memory have not come in yet, which takes about {left.TotalSeconds:0} s, and there are {available.TotalSeconds:0} s";
    }
}
