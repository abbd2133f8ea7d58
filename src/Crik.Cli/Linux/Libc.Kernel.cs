using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>What the kernel lets this process have: io_uring, userfaultfd, namespaces, a procfs.</summary>
internal static unsafe partial class Libc
{
    private const int CLONE_NEWIPC = 0x08000000;

    private const long SYS_io_uring_setup = 425;
    private const long SYS_fsopen = 430;
    private const long SYS_fsconfig = 431;
    private const long SYS_fsmount = 432;

    private static long SYS_userfaultfd => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 282 : 323;

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareCore(int flags);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    private static partial int SetnsCore(int descriptor, int kind);

    /// <returns>0, or the errno: EPERM without CAP_SYS_ADMIN.</returns>
    internal static int UnshareIpcNamespace() => ErrnoOf(UnshareCore(CLONE_NEWIPC));

    /// <summary>Does something while the calling thread is in the IPC namespace of another process.</summary>
    /// <exception cref="LinuxException">The thread cannot enter it, or cannot come back.</exception>
    internal static void RunInIpcNamespace(int pid, Action action)
    {
        using FileDescriptor own = Open("/proc/thread-self/ns/ipc", O_RDONLY);
        using FileDescriptor other = Open($"/proc/{pid}/ns/ipc", O_RDONLY);
        Enter(other);
        try
        {
            action();
        }
        finally
        {
            Enter(own);
        }

        static void Enter(FileDescriptor space) => Require(ErrnoOf(SetnsCore(space.Number, CLONE_NEWIPC)), "cannot enter an IPC namespace");
    }

    /// <summary>Tells whether this process could set up an io_uring: the kernel has it, and nothing forbids it.</summary>
    internal static bool HasIoUring() => Syscall(SYS_io_uring_setup, 1, 0, 0, 0, 0) < 0 && LastErrno() == Errno.EFAULT; // no parameters: nothing is made

    /// <summary>Tells whether this process gets a userfaultfd that also tells of forks, remaps and unmaps, which criu needs.</summary>
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
        return ErrnoOf(IoctlCore(file.Number, UFFDIO_API, (nint)api));
    }

    /// <summary>Makes the kernel answer this process and its descendants that it has no io_uring.</summary>
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
            return ErrnoOf(PrctlCore(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (ulong)filter, 0, 0));
        }

        static ulong Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand) =>
            code | ((ulong)whenTrue << 16) | ((ulong)whenFalse << 24) | ((ulong)operand << 32);
    }

    /// <summary>Makes a procfs that is mounted nowhere. The container's is read-only in parts, and this one is not.</summary>
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
        return Syscall(SYS_fsconfig, opened.Number, FSCONFIG_CMD_CREATE, 0, 0, 0) < 0
            ? null
            : OpenedOrNull(Syscall(SYS_fsmount, opened.Number, CLOEXEC, 0, 0, 0));
    }
}
