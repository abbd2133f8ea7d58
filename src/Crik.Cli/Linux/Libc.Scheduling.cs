using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>How the kernel schedules a thread, and what it does for its requests to disks. A thread that has gone has nothing of this.</summary>
internal static unsafe partial class Libc
{
    private const int BytesOfCpus = 1024; // for 8192 CPUs, the most that a kernel can be configured for
    private const int IOPRIO_WHO_PROCESS = 1;
    private const int PRIO_PROCESS = 0;

    private static long SYS_ioprio_set => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 30 : 251;

    private static long SYS_ioprio_get => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 31 : 252;

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int SchedGetaffinityCore(int thread, nuint size, Span<byte> cpus);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SchedSetaffinityCore(int thread, nuint size, ReadOnlySpan<byte> cpus);

    [LibraryImport(Library, EntryPoint = "sched_getscheduler", SetLastError = true)]
    private static partial int SchedGetschedulerCore(int thread);

    [LibraryImport(Library, EntryPoint = "sched_getparam", SetLastError = true)]
    private static partial int SchedGetparamCore(int thread, out int priority);

    [LibraryImport(Library, EntryPoint = "getpriority", SetLastError = true)]
    private static partial int GetpriorityCore(int which, int thread);

    /// <summary>The CPUs that a thread may run on; bit 0 of the first byte stands for CPU 0.</summary>
    /// <returns>An empty array for a thread that has gone.</returns>
    internal static ReadOnlySpan<byte> Affinity(int thread)
    {
        byte[] cpus = new byte[BytesOfCpus];
        return SchedGetaffinityCore(thread, BytesOfCpus, cpus) == 0 ? cpus.AsSpan().TrimEnd((byte)0) : default;
    }

    /// <returns>0, or the errno: EINVAL when the thread's cpuset has none of the CPUs, EPERM for another user's thread.</returns>
    internal static int TrySetAffinity(int thread, ReadOnlySpan<byte> cpus) => ErrnoOf(SchedSetaffinityCore(thread, (nuint)cpus.Length, cpus));

    /// <summary>The class and level of ioprio_get(2), as one number.</summary>
    internal static int? IoPriority(int thread) => Syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, thread, 0, 0, 0) is >= 0 and var priority ? (int)priority : null;

    /// <returns>0, or the errno: EPERM for another user's thread, and for the real-time class without SYS_NICE or SYS_ADMIN.</returns>
    internal static int TrySetIoPriority(int thread, int priority) =>
        Syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, thread, priority, 0, 0) < 0 ? LastErrno() : 0;

    /// <summary>The policy of sched(7), the real-time priority and the nice value of a thread.</summary>
    internal static (int Policy, int Priority, int Nice)? Scheduling(int thread) =>
        SchedGetschedulerCore(thread) is >= 0 and var policy && SchedGetparamCore(thread, out int priority) == 0
            && GetpriorityCore(PRIO_PROCESS, thread) is var nice && (nice != -1 || LastErrno() == 0)
            ? (policy, priority, nice)
            : null;
}
