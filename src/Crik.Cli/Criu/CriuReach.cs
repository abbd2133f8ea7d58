namespace Crik.Criu;

/// <summary>
/// Finds out at the start whether criu calls the functions that crik's preloaded libraries (Native/) answer. A criu that is linked
/// statically, or against another C library than glibc, does not. The libraries would then have no effect, and nobody would notice.
/// </summary>
internal static class CriuReach
{
    /// <summary>Groups of functions, and what does not work unless criu calls all functions of the group.</summary>
    private static readonly (string[] Functions, string Lost)[] s_needs =
    [
        (["ptrace"], "when criu is killed during a restore, a part of the program may run on"),
        (["prlimit64"], "without SYS_RESOURCE no program with processes of several users can be saved"),
        (["shmctl", "shmat"], "System V shared memory of other users cannot be saved"),
        (["getsockopt"], "on Linux 6.16 and newer, a criu before 4.2 cannot save TCP and UDP sockets"),
        (["ioctl"], "a restored program's terminal gets its old size"),
    ];

    private static readonly string[] s_needsOfSysvMemory = ["openat64", "read"];

    /// <param name="file">The path of criu.</param>
    /// <param name="sharesSysvMemory">The configuration asks to save System V shared memory as plain memory.</param>
    /// <returns>What does not work with this criu; <see langword="null"/> when everything works, or crik cannot read criu's file.</returns>
    public static string? Objection(string file, bool sharesSysvMemory) =>
        DynamicCalls.Read(file) is { } calls ? Objection(file, calls, sharesSysvMemory) : null;

    internal static string? Objection(string file, HashSet<string> calls, bool sharesSysvMemory)
    {
        List<string> lost = [.. s_needs.Where(need => need.Functions.Any(function => !calls.Contains(function))).Select(need => need.Lost)];
        if (sharesSysvMemory && s_needsOfSysvMemory.Any(function => !calls.Contains(function)))
        {
            lost.Add("shareSysvMemory has no effect");
        }

        return lost.Count == 0 ? null
            : $"crik's libraries do not reach {file}, because it was built in another way than distributions build it: {string.Join("; ", lost)}. "
                + "Install criu as your distribution has it, linked dynamically against glibc";
    }
}
