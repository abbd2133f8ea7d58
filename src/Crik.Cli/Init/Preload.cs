using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// A library of crik's own (Native/) that the dynamic linker loads into another program before all others (<c>LD_PRELOAD</c>,
/// ld.so(8)): it answers a few system calls in the kernel's place. Only the native build has them.
/// </summary>
internal static class Preload
{
    private const string Variable = "LD_PRELOAD";

#if CRIK_PRELOADS
    /// <summary>For criu: it may not ask the kernel for the limits of other users' tasks, but it may read them.</summary>
    private static ReadOnlySpan<byte> LimitsOfOthers => PreloadBytes.LimitsOfOthers;
#else
    private static ReadOnlySpan<byte> LimitsOfOthers => [];
#endif

    /// <summary>What criu is to load, in memory; <see langword="null"/> when this build has it not.</summary>
    public static FileDescriptor? OpenForCriu() => LimitsOfOthers.IsEmpty ? null : Libc.MakeMemoryFile("crik-limits-of-others", LimitsOfOthers);

    /// <summary>The environment with one more library to load. What is preloaded already stays before it.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> environment, string path)
    {
        string? before = environment.FirstOrDefault(entry => entry.StartsWith($"{Variable}=", StringComparison.Ordinal));
        return before is null or $"{Variable}="
            ? [.. environment.Where(entry => entry != before), $"{Variable}={path}"]
            : [.. environment.Select(entry => ReferenceEquals(entry, before) ? $"{entry}:{path}" : entry)];
    }
}
