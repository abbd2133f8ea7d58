namespace Crik.Init;

/// <summary>
/// Provides crik's own libraries (Native/). The dynamic linker loads them into criu and the program before all other libraries
/// (<c>LD_PRELOAD</c>, ld.so(8)), and they answer a few system calls in the kernel's place. Only the native build has them.
/// </summary>
internal static class Preload
{
    private const string Variable = "LD_PRELOAD";

    /// <summary>Whether criu loads the libraries. A criu with file capabilities does not, and a criu that does not run as root has them.</summary>
    public static bool ReachesCriu => !PreloadBytes.CriuAnswers.IsEmpty && Libc.GetEffectiveUserId() == 0;

    /// <summary>Puts the libraries that criu loads for a dump into memory files.</summary>
    /// <returns>An empty list when this build has no libraries.</returns>
    public static IReadOnlyList<FileDescriptor> OpenForDump(bool plainSystemV) =>
        [.. Open("crik-answers", PreloadBytes.CriuAnswers), .. Open("crik-plain-sysv", plainSystemV ? PreloadBytes.PlainSysv : [])];

    /// <summary>Puts the libraries that criu loads for a restore into memory files.</summary>
    /// <returns>An empty list when this build has no libraries.</returns>
    public static IReadOnlyList<FileDescriptor> OpenForRestore() =>
        [.. Open("crik-answers", PreloadBytes.CriuAnswers), .. Open("crik-restores", PreloadBytes.CriuRestores)];

    /// <summary>Writes the library that the program loads into files that every process of its tree can open.</summary>
    /// <returns>The path for <c>LD_PRELOAD</c>; <see langword="null"/> when no directory can be written, or this build has no libraries.</returns>
    public static string? WriteForProgram(string last) =>
        PreloadBytes.NoIoUring.IsEmpty ? null : ProgramLibrary.Write(last, PreloadBytes.NoIoUring, PreloadBytes.Nothing32);

    /// <summary>Writes the files that are missing beside the library of a restored program.</summary>
    public static void CompleteForProgram(IEnumerable<string> mapped)
    {
        if (!PreloadBytes.NoIoUring.IsEmpty)
        {
            ProgramLibrary.Complete(mapped, PreloadBytes.NoIoUring, PreloadBytes.Nothing32);
        }
    }

    /// <summary>Adds a library to load to an environment, after the libraries that it names already.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> environment, string path)
    {
        string? before = environment.FirstOrDefault(entry => entry.StartsWith($"{Variable}=", StringComparison.Ordinal));
        return before is null or $"{Variable}="
            ? [.. environment.Where(entry => entry != before), $"{Variable}={path}"]
            : [.. environment.Select(entry => ReferenceEquals(entry, before) ? $"{entry}:{path}" : entry)];
    }

    private static FileDescriptor[] Open(string name, ReadOnlySpan<byte> library) => library.IsEmpty ? [] : [Libc.MakeMemoryFile(name, library)];
}

#if !CRIK_NATIVE
/// <summary>A native build has the compiled libraries here (Native/build.sh).</summary>
internal static class PreloadBytes
{
    /// <summary>Gives criu two answers that the kernel refuses it: about tasks of other users, and, on new kernels, about TCP sockets.</summary>
    public static ReadOnlySpan<byte> CriuAnswers => [];

    /// <summary>Shows System V shared memory as plain shared memory to a criu at the basic level, if the configuration asks for it.</summary>
    public static ReadOnlySpan<byte> PlainSysv => [];

    /// <summary>Makes the tasks of a restore die together with criu, up to the moment at which criu lets them run.</summary>
    public static ReadOnlySpan<byte> CriuRestores => [];

    /// <summary>Tells the program that the kernel has no io_uring.</summary>
    public static ReadOnlySpan<byte> NoIoUring => [];

    /// <summary>Is an empty library for programs of 32 bits, which cannot load the others.</summary>
    public static ReadOnlySpan<byte> Nothing32 => [];
}
#endif
