using System.Runtime.InteropServices;

namespace Crik.Store;

/// <summary>The machine and container that a checkpoint was made in.</summary>
/// <param name="CpuFeatures">What <see cref="Store.CpuFeatures"/> reads; in checkpoints of an earlier crik the words of <c>/proc/cpuinfo</c>.</param>
/// <param name="MonotonicMilliseconds">CLOCK_MONOTONIC at that time.</param>
/// <param name="NodeName">The Kubernetes node, where the pod was told.</param>
internal sealed record MachineFacts(
    string Architecture, string KernelRelease, string HostName, string BootId, IReadOnlyList<string> CpuFeatures, long MonotonicMilliseconds,
    string? NodeName = null)
{
    /// <summary>Reads the major and the minor number of a kernel release such as <c>6.8.0-45-generic</c>.</summary>
    public static (int Major, int Minor) KernelVersion(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        int Number(int index) => parts.Length > index && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        return (Number(0), Number(1));
    }

    /// <summary>Whether this machine's kernel is older than the one of another machine.</summary>
    public bool HasOlderKernelThan(MachineFacts other) => KernelVersion(KernelRelease).CompareTo(KernelVersion(other.KernelRelease)) < 0;

    /// <summary>The features of another machine's processor that a program can use there, and that this machine's processor lacks.</summary>
    public IReadOnlyList<string> MissingFeaturesOf(MachineFacts other) => Store.CpuFeatures.Missing(other.CpuFeatures, CpuFeatures);
}

/// <summary>Reads the facts about this machine and container that a checkpoint records.</summary>
internal static class Machine
{
    public static MachineFacts Read() => new(
        RuntimeInformation.ProcessArchitecture.ToString(),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Environment.MachineName,
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        CpuFeatures.Read(),
        Environment.TickCount64,
        Environment.GetEnvironmentVariable("KUBERNETES_NODE_NAME") is { Length: > 0 and <= 253 } node ? node : null);

    /// <summary>Finds the container's own directory in every cgroup hierarchy that the container can see.</summary>
    public static IReadOnlyList<CgroupDirectory> Cgroups() =>
        Cgroups(ProcFs.Lines("/proc/self/cgroup"), Mount.ReadAll());

    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>: ID:CONTROLLERS:PATH, which begin with 0:: for v2.</param>
    internal static IReadOnlyList<CgroupDirectory> Cgroups(IReadOnlyList<string> memberships, IReadOnlyList<Mount> mounts)
    {
        // A mount hides an earlier one at the same place.
        Dictionary<string, Mount> visible = new(StringComparer.Ordinal);
        foreach (Mount mount in mounts)
        {
            visible[mount.MountPoint] = mount;
        }

        // The mount shows the hierarchy from the mount's root on. The path starts at the root of the hierarchy or of the namespace.
        static string Below(string root, string own) =>
            root == "/" ? own : own.StartsWith($"{root}/", StringComparison.Ordinal) ? own[root.Length..] : "/";

        return [.. memberships.Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3).SelectMany(fields => visible.Values
            .Where(mount => Carries(mount, fields[1])).Select(mount => new CgroupDirectory(fields[1], mount.MountPoint, Below(mount.Root, fields[2]))))];
    }

    public static IReadOnlyList<InterfaceAddress> Addresses() =>
        [.. Libc.NetworkAddresses().Where(address => !address.IsLoopback)];

    private static bool Carries(Mount mount, string controllers) => controllers.Length == 0
        ? mount.Type == "cgroup2"
        : mount.Type == "cgroup" && controllers.Split(',').Any(controller => mount.SuperOptions.Split(',').Contains(controller));
}
