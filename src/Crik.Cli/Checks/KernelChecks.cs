using Crik.Configuration;
using Crik.Criu;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Checks the kernel of this node, and what of it this container may use.</summary>
internal static class KernelChecks
{
    public static IEnumerable<Finding> Run(IoUring ioUring, PrivilegeLevel level)
    {
        int self = Environment.ProcessId;
        using FileDescriptor? taken = Libc.TryGetDescriptor(self, 1);
        string ptrace = ProcFs.Lines("/proc/sys/kernel/yama/ptrace_scope").FirstOrDefault("0").Trim();
        yield return OfFeatures(
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            hasChildren: File.Exists($"/proc/{self}/task/{self}/children"), hasCompare: Libc.IsSameFile(self, 1, self, 1), canTake: taken is not null, ptrace);
        yield return OfCgroups(Machine.Cgroups());
        yield return Libc.CheckWritable("/proc/sys/kernel/ns_last_pid") == 0
            ? Finding.Ok("procSys", "/proc/sys is writable: a restore sets process numbers directly")
            : Finding.Ok("procSys", "/proc/sys is read-only, as in every pod that is not privileged: a restore reaches process numbers by counting up, 15 µs each");
        yield return OfFirstProcess(self, ProcFs.Lines("/proc/1/comm").FirstOrDefault("").Trim(), ProcFs.Link("/proc/1/exe"));
        yield return OfRings(Libc.HasIoUring(), ioUring == IoUring.Hide, level);
    }

    /// <param name="ptrace">The value of kernel.yama.ptrace_scope.</param>
    internal static Finding OfFeatures(string release, bool hasChildren, bool hasCompare, bool canTake, string ptrace)
    {
        const string Name = "kernel";
        if (MachineFacts.KernelVersion(release).CompareTo((5, 9)) < 0)
        {
            return new(Name, Verdict.Problem, $"Linux {release} does not know the capability CHECKPOINT_RESTORE: use nodes with Linux 5.9 or newer");
        }

        string[] missing = [.. new[]
        {
            hasChildren ? null : "/proc/PID/task/TID/children (CONFIG_PROC_CHILDREN)",
            hasCompare ? null : "kcmp (CONFIG_KCMP)",
            canTake ? null : "pidfd_getfd",
        }.OfType<string>()];
        return missing.Length > 0
            ? new(Name, Verdict.Problem, $"Linux {release} does not have, or does not give this container, {string.Join(", ", missing)}: use nodes whose kernel has it, and a pod without a seccomp filter")
            : ptrace == "3" ? new(Name, Verdict.Problem, "no process may be traced on this node (kernel.yama.ptrace_scope is 3), so none can be saved: use nodes with a lower value")
            : Finding.Ok(Name, $"Linux {release} has what a checkpoint needs");
    }

    internal static Finding OfCgroups(IReadOnlyList<CgroupDirectory> cgroups)
    {
        bool hasTwo = cgroups.Any(cgroup => cgroup.Hierarchy == "");
        bool hasOne = cgroups.Any(cgroup => cgroup.Hierarchy != "");
        return Finding.Ok("cgroup", hasTwo && hasOne ? "versions 1 and 2; they are not part of a checkpoint"
            : hasTwo ? "version 2; it is not part of a checkpoint"
            : hasOne ? "version 1; it is not part of a checkpoint"
            : "not mounted in this container; a checkpoint does not need it");
    }

    /// <param name="name">The name of process 1.</param>
    /// <param name="executable">The file that process 1 executes; null when it may not be seen.</param>
    internal static Finding OfFirstProcess(int self, string name, string? executable)
    {
        const string Check = "pid1";
        return self == 1 || name == "crik" || executable?.EndsWith("/crik", StringComparison.Ordinal) == true
            ? Finding.Ok(Check, "the container's first process is crik")
            : name == "pause" ? new(Check, Verdict.Warning, "the pod's containers share one PID namespace, so another process may have a number that the program needs", "# in the pod\nshareProcessNamespace: false")
            : new(Check, Verdict.Warning, $"the container's first process is '{name}', and only that one gets SIGTERM: start the program with crik run",
                "command: [crik, run, --]   # and the program as args");
    }

    /// <param name="isThere">Whether the kernel has io_uring and gives it to this container.</param>
    internal static Finding OfRings(bool isThere, bool isHidden, PrivilegeLevel level) =>
        !isThere ? Finding.Ok("ioUring", "not available here, so no program can use it")
        : !isHidden ? new("ioUring", Verdict.Warning, "the program can find io_uring (ioUring is allow); a program that uses it cannot be saved")
        : Finding.Ok("ioUring", level == PrivilegeLevel.Full ? "hidden from the program, because criu cannot save it"
            : "hidden from programs that ask the C library or liburing for it; a program that makes the system call itself cannot be saved");
}
