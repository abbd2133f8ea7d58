using Crik.Init;
using Crik.Linux;

namespace Crik.Criu;

/// <summary>
/// What criu, as it was built and under this kernel, can do beyond the necessary. Asked by <c>criu check --feature</c>: the question
/// by RPC (FEATURE_CHECK) ends with an error at the basic level, where criu 4.3 does not heed that it is unprivileged.
/// </summary>
/// <param name="Compresses">It was built with LZ4, and is 4.3 or newer.</param>
/// <param name="LazyPages">A program can run before its pages are there.</param>
/// <param name="TracksMemory">The kernel tells which pages were written to since the last dump.</param>
internal sealed record CriuFeatures(bool Compresses, bool LazyPages, bool TracksMemory)
{
    private const string Compression = "compress";
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    public static CriuFeatures AskAll(Supervisor supervisor, string criu, PrivilegeLevel level) =>
        new(CanCompress(supervisor, criu, level), IsThere(supervisor, criu, level, "uffd"), IsThere(supervisor, criu, level, "mem_dirty_track"));

    /// <summary>And read what is compressed.</summary>
    public static bool CanCompress(Supervisor supervisor, string criu, PrivilegeLevel level) => IsThere(supervisor, criu, level, Compression);

    /// <returns>So <see langword="false"/> for one that criu does not know by name.</returns>
    private static bool IsThere(Supervisor supervisor, string criu, PrivilegeLevel level, string feature)
    {
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        string[] command = [criu, "check", .. level == PrivilegeLevel.Full ? Array.Empty<string>() : ["--unprivileged"], "--feature", feature];
        using FileDescriptor source = Libc.Duplicate(none.Number, lowest: 64); // above all numbers in the child
        ChildProcess? process = supervisor.TryStart(
            new ProcessSpec(command) { Descriptors = [(source.Number, 0), (source.Number, 1), (source.Number, 2)], NewSession = true }, out _);
        if (process is null)
        {
            return false;
        }

        if (!supervisor.Wait(() => process.HasExited, Deadline.In(s_longest)))
        {
            Libc.Kill(process.Pid, Signal.SIGKILL);
            supervisor.Wait(() => process.HasExited, Deadline.In(s_longest));
        }

        supervisor.Forget(process);
        return process.Exit is { Code: 0, Signal: 0 };
    }
}
