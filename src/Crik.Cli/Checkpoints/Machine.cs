using System.Globalization;
using System.Runtime.InteropServices;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>Reads what a checkpoint has to know of the machine it is on.</summary>
internal static class Machine
{
    public static MachineFacts Read() => new(
        RuntimeInformation.ProcessArchitecture.ToString(),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Environment.MachineName,
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        CpuFeatures(),
        Environment.TickCount64,
        Environment.GetEnvironmentVariable("KUBERNETES_NODE_NAME") is { Length: > 0 and <= 253 } node ? node : null);

    /// <summary>The container's own directory in every cgroup hierarchy that it can see.</summary>
    public static IReadOnlyList<CgroupDirectory> Cgroups() =>
        Cgroups(ProcFs.Lines("/proc/self/cgroup"), Mount.ReadAll());

    /// <param name="memberships">Lines of <c>/proc/self/cgroup</c>: ID:CONTROLLERS:PATH, with 0:: for v2.</param>
    internal static IReadOnlyList<CgroupDirectory> Cgroups(IReadOnlyList<string> memberships, IReadOnlyList<Mount> mounts)
    {
        List<CgroupDirectory> directories = [];
        foreach (string line in memberships)
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length < 3)
            {
                continue;
            }

            foreach (Mount mount in mounts.Where(mount => Carries(mount, fields[1])))
            {
                // The mount shows the hierarchy from its root on; the path counts from the hierarchy's own (or the namespace's) root.
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

    private static string[] CpuFeatures()
    {
        foreach (string line in File.ReadLines("/proc/cpuinfo"))
        {
            if (line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }

    /// <summary>Major and minor number of a kernel release such as <c>6.8.0-45-generic</c>.</summary>
    internal static (int Major, int Minor) KernelVersion(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        int Number(int index) => parts.Length > index && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        return (Number(0), Number(1));
    }
}
