using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>Hides io_uring and multipath TCP from the program: criu cannot save them, and programs can do without them.</summary>
/// <param name="Environment">The environment to start the program with.</param>
/// <param name="FiltersIoUring">A seccomp filter has to hide io_uring from the program. criu needs SYS_ADMIN to save a task that has one.</param>
internal sealed record Shelter(IReadOnlyList<string> Environment, bool FiltersIoUring)
{
    private const string GoDebug = "GODEBUG";
    private const string GoMultipath = "multipathtcp=";

    /// <param name="canSaveFilters">Whether criu can save a task that has a seccomp filter.</param>
    /// <param name="imageDir">The directory for the library when no other can be written.</param>
    public static Shelter Find(bool hideIoUring, bool canSaveFilters, string imageDir)
    {
        IReadOnlyList<string> environment = EnvironmentBlock.Current;
        if (ProcFs.Lines("/proc/sys/net/mptcp/enabled") is ["1"])
        {
            environment = WithoutMultipath(environment);
        }

        bool hides = hideIoUring && Libc.HasIoUring();
        if (!hides || canSaveFilters)
        {
            return new Shelter(environment, FiltersIoUring: hides);
        }

        if (Preload.WriteForProgram(imageDir) is not { } library)
        {
            Log.Info(Event.IoUringNotHidden, "io_uring is not hidden from the program, because no directory can be written for the library that does it; "
                + "if the program uses io_uring, criu cannot save it", ("hint", "make /run or /tmp writable"));
            return new Shelter(environment, FiltersIoUring: false);
        }

        return new Shelter(Preload.Add(environment, library), FiltersIoUring: false);
    }

    /// <summary>
    /// Turns multipath TCP off for programs in Go, whose listeners use it when the kernel has it. criu cannot save it, and plain TCP serves
    /// the same clients.
    /// </summary>
    internal static IReadOnlyList<string> WithoutMultipath(IReadOnlyList<string> environment)
    {
        string? before = environment.FirstOrDefault(entry => entry.StartsWith($"{GoDebug}=", StringComparison.Ordinal));
        return before is null ? [.. environment, $"{GoDebug}={GoMultipath}0"]
            : before.Contains(GoMultipath, StringComparison.Ordinal) ? environment
            : [.. environment.Select(entry => ReferenceEquals(entry, before) ? $"{GoDebug}={GoMultipath}0,{entry[(GoDebug.Length + 1)..]}" : entry)];
    }
}
