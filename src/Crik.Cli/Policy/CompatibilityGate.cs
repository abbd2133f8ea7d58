using Crik.Criu;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Decides whether a checkpoint can be restored on this machine. crik asks it before criu, because criu's own messages explain less.</summary>
internal static class CompatibilityGate
{
    /// <summary>A jump of the clock by more than this may end many of the program's time-outs at once.</summary>
    private static readonly TimeSpan s_noticeable = TimeSpan.FromMinutes(1);

    /// <summary>How many lines about files, and about sockets, are given at most.</summary>
    private const int MostLines = 20;

    /// <summary>Finds everything that does not fit: one line for each.</summary>
    public static IEnumerable<string> Problems(CheckpointManifest manifest, ContainerFacts now)
    {
        MachineFacts then = manifest.Machine;
        if (then.Architecture != now.Machine.Architecture)
        {
            yield return $"architecture: the checkpoint was made on {then.Architecture}, and this node is {now.Machine.Architecture}; schedule the pod to nodes of one architecture";
        }
        else if (now.Machine.MissingFeaturesOf(then) is { Count: > 0 } missing)
        {
            yield return $"CPU: this node's processor lacks {string.Join(", ", missing.Take(12))}{(missing.Count > 12 ? "…" : "")}, which the program may use; "
                + "schedule the pod to nodes with the same kind of processor";
        }

        if (now.Machine.HasOlderKernelThan(then))
        {
            yield return $"kernel: the checkpoint was made under Linux {then.KernelRelease}, and this node has the older {now.Machine.KernelRelease}; schedule the pod to "
                + "nodes with one version";
        }

        if (now.CriuVersion / 100 < manifest.CriuVersion / 100)
        {
            yield return $"criu: the checkpoint was made by criu {Version(manifest.CriuVersion)}, and this is the older {Version(now.CriuVersion)}; use the same image for all pods";
        }

        foreach (string path in now.MissingPaths.Take(MostLines))
        {
            yield return $"file: the program has {path} open or mapped, and it is not here; add it to additionalPaths, or keep it on a volume";
        }

        if (!manifest.Unprivileged && now.Level != PrivilegeLevel.Full)
        {
            yield return "privileges: the checkpoint was made with the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, which this container does not have; add them, without hostUsers: false";
        }

        if (now.MissingCapabilities.Count > 0)
        {
            yield return $"privileges: the program has the capabilities {string.Join(", ", now.MissingCapabilities)}, which this container does not have; add them";
        }

        if (manifest.IsCompressed && !now.CanDecompress)
        {
            yield return "criu: the memory in it is compressed, and this criu has no LZ4; use the container image that made the checkpoint, or criu 4.3 or newer built with LZ4";
        }

        // Binding such a socket to some other address could show a private service to another network.
        foreach (LostSocket socket in now.LostSockets.Take(MostLines))
        {
            yield return $"address: a {socket.Protocol} socket is bound to {socket.Place} on {socket.Interface}, and this pod has no address in its place; attach "
                + $"the pod to the same networks, with {socket.Interface} among them, or let the program bind to all addresses";
        }
    }

    /// <summary>Finds what may surprise the program, but does not stop a restore.</summary>
    public static IEnumerable<string> Remarks(CheckpointManifest manifest, MachineFacts now) =>
        new[] { ClockRemark(manifest, now), KernelRemark(manifest, now) }.OfType<string>();

    public static string? ClockRemark(CheckpointManifest manifest, MachineFacts now) => ClockStep(manifest, now) switch
    {
        { } back when back < TimeSpan.Zero => $"CLOCK_MONOTONIC goes back by {-back:c} for the program, because this node booted later: timers that it set by that clock "
            + "wait that much longer; with the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME the clock continues where it was",
        { } step when step > s_noticeable =>
            $"CLOCK_MONOTONIC goes forward by {step:c} at once for the program; with the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME it continues where it was",
        _ => null,
    };

    public static string? KernelRemark(CheckpointManifest manifest, MachineFacts now) => manifest.Machine.KernelRelease == now.KernelRelease ? null
        : $"the kernel is a different one: it was {manifest.Machine.KernelRelease}, and is {now.KernelRelease} now";

    /// <summary>How far CLOCK_MONOTONIC jumps for a restored program; <see langword="null"/> where criu keeps it.</summary>
    public static TimeSpan? ClockStep(CheckpointManifest manifest, MachineFacts now) =>
        manifest.Unprivileged ? TimeSpan.FromMilliseconds(now.MonotonicMilliseconds - manifest.Machine.MonotonicMilliseconds) : null;

    private static string Version(int number) => $"{number / 10000}.{number / 100 % 100}";
}
