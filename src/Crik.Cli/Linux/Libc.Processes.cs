using System.Runtime.InteropServices;

namespace Crik.Linux;

internal static unsafe partial class Libc
{
    private const int WNOHANG = 1;
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int CLONE_NEWIPC = 0x08000000;
    private const int KCMP_FILE = 0;
    private const int RLIMIT_FSIZE = 1;
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETPGROUP = 0x02;
    private const short POSIX_SPAWN_SETSID = 0x80;

    // Opaque in <spawn.h>: 336 and 80 bytes with glibc on 64 bit; room to spare for others.
    private const int SpawnStructBytes = 512;

    // The same numbers on every architecture, as for all calls since 5.1.
    private const long SYS_io_uring_setup = 425;
    private const long SYS_fsopen = 430;
    private const long SYS_fsconfig = 431;
    private const long SYS_fsmount = 432;
    private const long SYS_pidfd_open = 434;
    private const long SYS_clone3 = 435;
    private const long SYS_pidfd_getfd = 438;

    private static long SYS_userfaultfd => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 282 : 323;

    private static long SYS_kcmp => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 272 : 312;

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitpidCore(int pid, out int status, int options);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCore(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrctlCore(int option, ulong a, ulong b, ulong c, ulong d);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareCore(int flags);

    [LibraryImport(Library, EntryPoint = "getpid")]
    internal static partial int GetPid();

    [LibraryImport(Library, EntryPoint = "getsid")]
    internal static partial int GetSessionId(int pid);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getpgrp")]
    internal static partial int GetProcessGroup();

    [LibraryImport(Library, EntryPoint = "execvp", SetLastError = true)]
    private static partial int ExecvpCore(byte* file, byte** argv);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long a, long b, long c, long d, long e);

    [LibraryImport(Library, EntryPoint = "prlimit", SetLastError = true)]
    private static partial int PrlimitCore(int pid, int resource, ulong* newLimit, ulong* oldLimit);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int SpawnAttributesInit(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int SpawnAttributesDestroy(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SpawnAttributesSetFlags(void* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SpawnAttributesSetMask(void* attributes, void* mask);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SpawnAttributesSetDefaults(void* attributes, void* mask);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int SpawnActionsInit(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int SpawnActionsDestroy(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int SpawnActionsAddDup2(void* actions, int source, int target);

    [LibraryImport(Library, EntryPoint = "posix_spawnp")]
    private static partial int SpawnCore(int* pid, byte* file, void* actions, void* attributes, byte** argv, byte** environment);

    /// <summary>Reaps one child that has ended.</summary>
    /// <returns>Its pid; 0 when none has ended, -1 when there is no child at all.</returns>
    internal static int ReapAny(out int waitStatus)
    {
        while (true)
        {
            int pid = WaitpidCore(-1, out waitStatus, WNOHANG);
            if (pid >= 0)
            {
                return pid;
            }

            switch (LastErrno())
            {
                case Errno.ECHILD:
                    return -1;
                case Errno.EINTR:
                    continue;
                default:
                    throw Failed("waitpid");
            }
        }
    }

    /// <returns><see langword="false"/> when the process is already gone.</returns>
    internal static bool Kill(int pid, int signal) =>
        KillCore(pid, signal) == 0 || (LastErrno() == Errno.ESRCH ? false : throw Failed($"kill({pid}, {signal})"));

    /// <summary>Orphans among the descendants become children of this process. Kept across exec, not inherited by children.</summary>
    internal static void BecomeSubreaper()
    {
        if (PrctlCore(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        {
            throw Failed("prctl(PR_SET_CHILD_SUBREAPER)");
        }
    }

    /// <returns>0, or the errno: EPERM without CAP_SYS_ADMIN.</returns>
    internal static int UnshareIpcNamespace() => UnshareCore(CLONE_NEWIPC) == 0 ? 0 : LastErrno();

    /// <summary>Whether this process could set up an io_uring: the kernel has it, and nothing forbids it.</summary>
    internal static bool HasIoUring() => Syscall(SYS_io_uring_setup, 1, 0, 0, 0, 0) < 0 && LastErrno() == Errno.EFAULT; // no parameters: nothing is made

    /// <summary>Whether this process gets a userfaultfd that also tells of forks, remaps and unmaps, which criu needs.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int TryUserfaultfd()
    {
        const long UFFD_API = 0xAA;
        const nuint UFFDIO_API = 0xC018AA3F;
        const ulong Features = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 6); // UFFD_FEATURE_EVENT_FORK, REMAP, REMOVE, UNMAP
        long descriptor = Syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK, 0, 0, 0, 0);
        if (descriptor < 0)
        {
            return LastErrno();
        }

        using FileDescriptor file = new((int)descriptor);
        ulong* api = stackalloc ulong[3]; // struct uffdio_api: api, features, ioctls
        (api[0], api[1]) = (UFFD_API, Features);
        return IoctlCore(file.Number, UFFDIO_API, (nint)api) == 0 ? 0 : LastErrno();
    }

    /// <summary>From now on, for this process and its descendants, the kernel has no io_uring.</summary>
    /// <returns>0, or the errno: EACCES without CAP_SYS_ADMIN.</returns>
    internal static int ForbidIoUring()
    {
        const int PR_SET_SECCOMP = 22;
        const ulong SECCOMP_MODE_FILTER = 2;

        // struct sock_filter: code, jump if true, jump if false, operand. The number of the call is the first word of struct seccomp_data.
        ReadOnlySpan<ulong> program =
        [
            Instruction(0x20 /* BPF_LD | BPF_W | BPF_ABS */, 0, 0, 0),
            Instruction(0x15 /* BPF_JMP | BPF_JEQ | BPF_K */, 0, 1, (uint)SYS_io_uring_setup),
            Instruction(0x06 /* BPF_RET | BPF_K */, 0, 0, 0x00050000 /* SECCOMP_RET_ERRNO */ | Errno.ENOSYS),
            Instruction(0x06, 0, 0, 0x7FFF0000 /* SECCOMP_RET_ALLOW */),
        ];
        fixed (ulong* first = program)
        {
            ulong* filter = stackalloc ulong[2]; // struct sock_fprog: a short, and the address
            filter[0] = (ulong)program.Length;
            filter[1] = (ulong)first;
            return PrctlCore(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (ulong)filter, 0, 0) == 0 ? 0 : LastErrno();
        }

        static ulong Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand) =>
            code | ((ulong)whenTrue << 16) | ((ulong)whenFalse << 24) | ((ulong)operand << 32);
    }

    /// <summary>Replaces this process. Returns only when that did not work.</summary>
    /// <returns>The errno.</returns>
    internal static int Execute(IReadOnlyList<string> command)
    {
        using NativeStrings argv = new(command);
        ExecvpCore(argv.Pointer[0], argv.Pointer);
        return LastErrno();
    }

    /// <summary>Starts a program in a new process.</summary>
    /// <param name="command">File name, looked up in PATH, and arguments.</param>
    /// <param name="environment"><c>NAME=value</c> entries.</param>
    /// <param name="descriptors">Descriptor numbers of this process and what they become in the new one.</param>
    /// <param name="mask">Signals blocked in the new process.</param>
    /// <param name="defaults">Signals whose action is set to the default; ignored ones stay ignored otherwise.</param>
    /// <param name="newSession">The new process leads a session of its own.</param>
    /// <param name="newGroup">The new process leads a process group of its own (of this session).</param>
    /// <param name="pid">The new process.</param>
    /// <returns>0, or the errno: ENOENT, EACCES, ENOEXEC…</returns>
    internal static int Spawn(
        IReadOnlyList<string> command,
        IReadOnlyList<string> environment,
        IReadOnlyList<(int From, int To)> descriptors,
        SignalSet mask,
        SignalSet defaults,
        bool newSession,
        bool newGroup,
        out int pid)
    {
        using NativeStrings argv = new(command);
        using NativeStrings envp = new(environment);
        byte* attributes = stackalloc byte[SpawnStructBytes];
        byte* actions = stackalloc byte[SpawnStructBytes];
        byte* set = stackalloc byte[SignalSetBytes];
        SpawnAttributesInit(attributes);
        SpawnActionsInit(actions);
        try
        {
            Fill(set, mask);
            SpawnAttributesSetMask(attributes, set);
            Fill(set, defaults);
            SpawnAttributesSetDefaults(attributes, set);
            SpawnAttributesSetFlags(
                attributes,
                (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
                    | (newSession ? POSIX_SPAWN_SETSID : 0) | (newGroup ? POSIX_SPAWN_SETPGROUP : 0)));
            foreach ((int from, int to) in descriptors)
            {
                SpawnActionsAddDup2(actions, from, to);
            }

            int started = 0;
            int error = SpawnCore(&started, argv.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
            pid = started;
            return error;
        }
        finally
        {
            SpawnAttributesDestroy(attributes);
            SpawnActionsDestroy(actions);
        }
    }

    /// <returns><see langword="null"/> when the process is gone or may not be looked at.</returns>
    internal static FileDescriptor? TryOpenPidfd(int pid)
    {
        long fd = Syscall(SYS_pidfd_open, pid, 0, 0, 0, 0);
        return fd >= 0 ? new FileDescriptor((int)fd) : null;
    }

    /// <summary>A procfs of this process's own, mounted nowhere: where the container's is read-only in parts, this one is not.</summary>
    /// <returns><see langword="null"/> without the capability SYS_ADMIN.</returns>
    internal static FileDescriptor? TryMakeProc()
    {
        const int FSCONFIG_CMD_CREATE = 6;
        const int CLOEXEC = 1;
        long context;
        fixed (byte* name = "proc"u8)
        {
            context = Syscall(SYS_fsopen, (nint)name, CLOEXEC, 0, 0, 0);
        }

        if (context < 0)
        {
            return null;
        }

        using FileDescriptor opened = new((int)context);
        long mount = Syscall(SYS_fsconfig, opened.Number, FSCONFIG_CMD_CREATE, 0, 0, 0) < 0 ? -1 : Syscall(SYS_fsmount, opened.Number, CLOEXEC, 0, 0, 0);
        return mount >= 0 ? new FileDescriptor((int)mount) : null;
    }

    /// <summary>Takes a duplicate of another process's descriptor: the same open file description.</summary>
    /// <returns><see langword="null"/> when it is closed, or the process may not be traced by this one.</returns>
    internal static FileDescriptor? TryGetDescriptor(FileDescriptor pidfd, int number)
    {
        long fd = Syscall(SYS_pidfd_getfd, pidfd.Number, number, 0, 0, 0);
        return fd >= 0 ? new FileDescriptor((int)fd) : null;
    }

    /// <summary>Do two descriptors share one open file description (<c>kcmp(2)</c>)?</summary>
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

    /// <summary>
    /// Uses up one PID of the namespace, without privilege. The kernel takes a number for a new task before it writes where its pidfd is
    /// wanted (copy_process, kernel/fork.c, since 5.2); that is nowhere here, and the task is given up before it could run.
    /// </summary>
    /// <returns><see langword="false"/> where nobody may make a task in this way.</returns>
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
