using System.Runtime.InteropServices;

namespace Crik.Store;

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

        List<CgroupDirectory> directories = [];
        foreach (string line in memberships)
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length < 3)
            {
                continue;
            }

            foreach (Mount mount in visible.Values.Where(mount => Carries(mount, fields[1])))
            {
                // The mount shows the hierarchy from the mount's root on. The path starts at the root of the hierarchy or of the namespace.
                string own = fields[2];
                string below = mount.Root == "/" ? own
                    : own == mount.Root ? "/"
                    : own.StartsWith($"{mount.Root}/", StringComparison.Ordinal) ? own[mount.Root.Length..]
                    : "/";
                directories.Add(new CgroupDirectory(fields[1], mount.MountPoint, below));
            }
        }

        return directories;
    }

    public static IReadOnlyList<InterfaceAddress> Addresses() =>
        [.. Libc.NetworkAddresses().Where(address => !address.IsLoopback)];

    private static bool Carries(Mount mount, string controllers) => controllers.Length == 0
        ? mount.Type == "cgroup2"
        : mount.Type == "cgroup" && controllers.Split(',').Any(controller => mount.SuperOptions.Split(',').Contains(controller));
}
