using Crik.Criu;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>Does a checkpoint fit the machine it is to go on on? Asked before criu is, because criu's own words for it are worse.</summary>
internal static class CompatibilityGate
{
    /// <summary>Time-outs that a program measures by the clock run out all at once.</summary>
    private static readonly TimeSpan s_noticeable = TimeSpan.FromMinutes(1);

    /// <summary>All that does not fit, the privileges of this container included.</summary>
    /// <param name="canDecompress">criu can; asked only when it has to.</param>
    /// <param name="additionalPaths">What is in them will be there when they were put back.</param>
    public static IReadOnlyList<string> Problems(
        CheckpointManifest manifest, MachineFacts now, int criuVersion, Func<bool> canDecompress, PrivilegeLevel level, IReadOnlyList<string> additionalPaths)
    {
        HashSet<string> own = [.. manifest.OwnPaths];
        bool IsKept(string path) => own.Contains(path) || (manifest.HasFiles && additionalPaths.Any(root => OwnFiles.IsBelow(path, root)));

        List<string> problems = [.. Problems(manifest, now, criuVersion, path => IsKept(path) || Libc.Identify(path, followLinks: true) is not null)];
        if (!manifest.Unprivileged && level != PrivilegeLevel.Full)
        {
            problems.Add("privileges: made with SYS_ADMIN, NET_ADMIN and SYS_TIME, which this container has not got; add them again");
        }

        if (manifest.IsCompressed && !canDecompress())
        {
            problems.Add("criu: the memory in it is compressed, and this criu has no LZ4; use the image it was made with, or a criu of 4.3 or newer built with LZ4");
        }

        return problems;
    }

    /// <summary>One line for each thing that does not fit.</summary>
    /// <param name="pathExists">Whether the restored program would find this file.</param>
    public static IEnumerable<string> Problems(CheckpointManifest manifest, MachineFacts now, int criuVersion, Func<string, bool> pathExists)
    {
        MachineFacts then = manifest.Machine;
        if (then.Architecture != now.Architecture)
        {
            yield return $"architecture: made on {then.Architecture}, this is {now.Architecture}; schedule the pod to nodes of one architecture";
        }
        else
        {
            string[] missing = [.. then.CpuFeatures.Except(now.CpuFeatures)];
            if (missing.Length > 0)
            {
                yield return $"CPU: this one lacks {string.Join(", ", missing.Take(12))}{(missing.Length > 12 ? "…" : "")}, which the program may use; "
                    + "schedule the pod to nodes of one kind";
            }
        }

        if (Machine.KernelVersion(now.KernelRelease).CompareTo(Machine.KernelVersion(then.KernelRelease)) < 0)
        {
            yield return $"kernel: made under {then.KernelRelease}, this is the older {now.KernelRelease}";
        }

        if (criuVersion / 100 < manifest.CriuVersion / 100)
        {
            yield return $"criu: made by {Version(manifest.CriuVersion)}, this is the older {Version(criuVersion)}; use the same image for all pods";
        }

        foreach (string path in manifest.Paths.Where(path => !pathExists(path)).Take(20))
        {
            yield return $"file: {path} was open or mapped and is not here; add it to additionalPaths, or keep it on a volume";
        }
    }

    /// <summary>What may surprise the program, but does not stop a restore.</summary>
    public static IEnumerable<string> Remarks(CheckpointManifest manifest, MachineFacts now)
    {
        if (ClockStep(manifest, now) is { } step && (step < TimeSpan.Zero || step > s_noticeable))
        {
            yield return step < TimeSpan.Zero
                ? $"CLOCK_MONOTONIC goes back by {-step:c} for the program, because this node booted later: timers it has set by that clock "
                    + "wait that much longer; with SYS_ADMIN, NET_ADMIN and SYS_TIME the clock goes on"
                : $"CLOCK_MONOTONIC goes on by {step:c} at once for the program; with SYS_ADMIN, NET_ADMIN and SYS_TIME it stands still in between";
        }

        if (manifest.Machine.KernelRelease != now.KernelRelease)
        {
            yield return $"the kernel is another one: {manifest.Machine.KernelRelease} then, {now.KernelRelease} now";
        }
    }

    /// <summary>What a restored program sees CLOCK_MONOTONIC do; <see langword="null"/> where criu keeps it going on.</summary>
    public static TimeSpan? ClockStep(CheckpointManifest manifest, MachineFacts now) =>
        manifest.Unprivileged ? TimeSpan.FromMilliseconds(now.MonotonicMilliseconds - manifest.Machine.MonotonicMilliseconds) : null;

    private static string Version(int number) => $"{number / 10000}.{number / 100 % 100}";
}
