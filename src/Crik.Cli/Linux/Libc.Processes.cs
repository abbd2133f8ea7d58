using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Processes: their ends, their signals, their descriptors and their limits.</summary>
internal static unsafe partial class Libc
{
    private const int WNOHANG = 1;
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int KCMP_FILE = 0;
    private const int RLIMIT_FSIZE = 1;

    // The same numbers on every architecture, as for all calls since 5.1.
    private const long SYS_pidfd_open = 434;
    private const long SYS_clone3 = 435;
    private const long SYS_pidfd_getfd = 438;

    private static long SYS_kcmp => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 272 : 312;

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitpidCore(int pid, out int status, int options);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCore(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrctlCore(int option, ulong a, ulong b, ulong c, ulong d);

    [LibraryImport(Library, EntryPoint = "prlimit", SetLastError = true)]
    private static partial int PrlimitCore(int pid, int resource, ulong* newLimit, ulong* oldLimit);

    [LibraryImport(Library, EntryPoint = "getsid")]
    internal static partial int GetSessionId(int pid);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    internal static partial uint GetEffectiveGroupId();

    [LibraryImport(Library, EntryPoint = "getpgrp")]
    internal static partial int GetProcessGroup();

    /// <summary>Reaps one child that has ended.</summary>
    /// <returns>Its pid; 0 when none has ended, -1 when there is no child at all.</returns>
    internal static int ReapAny(out int waitStatus)
    {
        while (true)
        {
            int pid = WaitpidCore(-1, out waitStatus, WNOHANG);
            if (pid >= 0 || LastErrno() != Errno.EINTR)
            {
                return pid >= 0 ? pid : LastErrno() == Errno.ECHILD ? -1 : throw Failed("waitpid");
            }
        }
    }

    /// <summary>Orphans among the descendants become children of this process. Kept across exec, not inherited by children.</summary>
    internal static void BecomeSubreaper() => Require(ErrnoOf(PrctlCore(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)), "prctl(PR_SET_CHILD_SUBREAPER)");

    /// <returns><see langword="null"/> when the process is gone or may not be looked at.</returns>
    internal static FileDescriptor? TryOpenPidfd(int pid) => OpenedOrNull(Syscall(SYS_pidfd_open, pid, 0, 0, 0, 0));

    /// <summary>Takes a duplicate of another process's descriptor: the same open file description.</summary>
    /// <returns><see langword="null"/> when it is closed, or the process may not be traced by this one.</returns>
    internal static FileDescriptor? TryGetDescriptor(FileDescriptor pidfd, int number) =>
        OpenedOrNull(Syscall(SYS_pidfd_getfd, pidfd.Number, number, 0, 0, 0));

    internal static FileDescriptor? TryGetDescriptor(int pid, int number)
    {
        using FileDescriptor? pidfd = TryOpenPidfd(pid);
        return pidfd is null ? null : TryGetDescriptor(pidfd, number);
    }

    /// <summary>Tells whether two descriptors share one open file description (<c>kcmp(2)</c>).</summary>
    /// <returns><see langword="false"/> also when the kernel does not let this process ask.</returns>
    internal static bool IsSameFile(int pid, int descriptor, int otherPid, int otherDescriptor) =>
        Syscall(SYS_kcmp, pid, otherPid, KCMP_FILE, descriptor, otherDescriptor) == 0;

    /// <summary>Makes every further write of that process to a regular file fail with EFBIG (SIGXFSZ if not ignored).</summary>
    /// <returns><see langword="false"/> when the process is gone.</returns>
    internal static bool ForbidFileWrites(int pid)
    {
        ulong* limit = stackalloc ulong[2];
        if (PrlimitCore(pid, RLIMIT_FSIZE, null, limit) != 0)
        {
            return false;
        }

        limit[0] = 0; // the soft limit only: lowering it needs no privilege
        return PrlimitCore(pid, RLIMIT_FSIZE, limit, null) == 0;
    }

    /// <summary>A resource limit of a process (<c>getrlimit(2)</c>).</summary>
    /// <returns><see langword="null"/> when the process has gone, or is another user's and crik lacks the capability SYS_RESOURCE.</returns>
    internal static (ulong Soft, ulong Hard)? Limit(int process, int resource)
    {
        ulong* limit = stackalloc ulong[2];
        return PrlimitCore(process, resource, null, limit) == 0 ? (limit[0], limit[1]) : null;
    }

    /// <summary>
    /// Uses up one PID of the namespace, without privilege. crik asks for a task whose pidfd the kernel is to write to an invalid address.
    /// The kernel first takes a number for the task, and then fails to write (copy_process in kernel/fork.c, since 5.2). So the number is
    /// used, and no task ever runs.
    /// </summary>
    /// <returns><see langword="false"/> when a task cannot be made in this way here.</returns>
    internal static bool TryUseUpPid()
    {
        const ulong CLONE_VM = 0x100;
        const ulong CLONE_FS = 0x200;
        const ulong CLONE_FILES = 0x400;
        const ulong CLONE_SIGHAND = 0x800;
        const ulong CLONE_PIDFD = 0x1000;
        const int Size = 8; // struct clone_args, the first version: flags, pidfd …
        ulong* arguments = stackalloc ulong[Size] { CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_PIDFD, 0, 0, 0, 0, 0, 0, 0 };
        return Syscall(SYS_clone3, (nint)arguments, Size * sizeof(ulong), 0, 0, 0) < 0 && LastErrno() == Errno.EFAULT;
    }
}
