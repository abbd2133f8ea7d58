using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Init;

/// <summary>What the program is kept from because criu cannot save it, and what it has something else for.</summary>
/// <param name="Environment">The program's.</param>
/// <param name="FiltersIoUring">By a seccomp filter; criu can save a task under one only with SYS_ADMIN.</param>
internal sealed record Shelter(IReadOnlyList<string> Environment, bool FiltersIoUring)
{
    private const string GoDebug = "GODEBUG";
    private const string GoMultipath = "multipathtcp=";

    /// <param name="hideIoUring">As configured.</param>
    /// <param name="canSaveFilters">criu can.</param>
    /// <param name="imageDir">Where something may be written when it can be nowhere else.</param>
    public static Shelter Find(bool hideIoUring, bool canSaveFilters, string imageDir)
    {
        IReadOnlyList<string> environment = EnvironmentBlock.Current;
        if (ProcFs.Lines("/proc/sys/net/mptcp/enabled") is ["1"])
        {
            environment = WithoutMultipath(environment);
        }

        if (!hideIoUring || !Libc.HasIoUring())
        {
            return new Shelter(environment, FiltersIoUring: false);
        }

        if (canSaveFilters)
        {
            return new Shelter(environment, FiltersIoUring: true);
        }

        string? library = Preload.WriteForProgram(imageDir);
        if (library is null)
        {
            Log.Info("io_uring cannot be hidden from the program, for no directory takes a library; if it uses io_uring, it cannot be saved",
                ("hint", "make /tmp writable"));
            return new Shelter(environment, FiltersIoUring: false);
        }

        return new Shelter(Preload.Add(environment, library), FiltersIoUring: false);
    }

    /// <summary>Go's listeners speak multipath TCP where the kernel does, which criu cannot save; plain TCP serves the same clients.</summary>
    internal static IReadOnlyList<string> WithoutMultipath(IReadOnlyList<string> environment)
    {
        string? before = environment.FirstOrDefault(entry => entry.StartsWith($"{GoDebug}=", StringComparison.Ordinal));
        return before is null ? [.. environment, $"{GoDebug}={GoMultipath}0"]
            : before.Contains(GoMultipath, StringComparison.Ordinal) ? environment
            : [.. environment.Select(entry => ReferenceEquals(entry, before) ? $"{GoDebug}={GoMultipath}0,{entry[(GoDebug.Length + 1)..]}" : entry)];
    }
}
