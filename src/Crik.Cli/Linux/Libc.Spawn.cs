using System.Runtime.InteropServices;

namespace Crik.Linux;

internal static unsafe partial class Libc
{
    private const short POSIX_SPAWN_SETPGROUP = 0x02;
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSID = 0x80;

    // Opaque in <spawn.h>: 336 and 80 bytes with glibc on 64 bit; room to spare for others.
    private const int SpawnStructBytes = 512;

    [LibraryImport(Library, EntryPoint = "execvp", SetLastError = true)]
    private static partial int ExecvpCore(byte* file, byte** argv);

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

#if CRIK_NATIVE
    [LibraryImport("spawn-offered", EntryPoint = "crik_spawn_offered")]
    private static partial int SpawnOfferedCore(int* pid, byte** argv, byte** environment, int* descriptors, int pairs, void* mask, void* defaults);
#endif

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

    /// <summary>
    /// Starts a program in a new process that leads a new session and that the kernel ends first when memory runs out. Only the native build
    /// (Native/Linked/spawn-offered.c) can do the latter; the others start the program like any other.
    /// </summary>
    /// <returns>0, or the errno: ENOENT, EACCES, ENOEXEC…</returns>
    internal static int SpawnOffered(
        IReadOnlyList<string> command,
        IReadOnlyList<string> environment,
        IReadOnlyList<(int From, int To)> descriptors,
        SignalSet mask,
        SignalSet defaults,
        out int pid)
    {
#if CRIK_NATIVE
        using NativeStrings argv = new(command);
        using NativeStrings envp = new(environment);
        byte* blocked = stackalloc byte[SignalSetBytes];
        byte* reset = stackalloc byte[SignalSetBytes];
        Fill(blocked, mask);
        Fill(reset, defaults);
        int started = 0;
        int* pairs = stackalloc int[2 * descriptors.Count];
        for (int i = 0; i < descriptors.Count; i++)
        {
            (pairs[2 * i], pairs[(2 * i) + 1]) = descriptors[i];
        }

        int error = SpawnOfferedCore(&started, argv.Pointer, envp.Pointer, pairs, descriptors.Count, blocked, reset);
        pid = started;
        return error;
#else
        return Spawn(command, environment, descriptors, mask, defaults, newSession: true, newGroup: false, out pid);
#endif
    }
}
