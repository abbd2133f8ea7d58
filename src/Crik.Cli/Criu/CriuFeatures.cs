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
        new(Ask(supervisor, criu, level, Compression) == true, Ask(supervisor, criu, level, "uffd") == true, Ask(supervisor, criu, level, "mem_dirty_track") == true);

    /// <summary>Whether criu can compress, and read what is compressed.</summary>
    /// <returns><see langword="null"/> when it did not say: it was killed, or there was no room for another process.</returns>
    public static bool? CanCompress(Supervisor supervisor, string criu, PrivilegeLevel level) => Ask(supervisor, criu, level, Compression);

    private static bool? Ask(Supervisor supervisor, string criu, PrivilegeLevel level, string feature)
    {
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        string[] command = [criu, "check", .. level == PrivilegeLevel.Full ? Array.Empty<string>() : ["--unprivileged"], "--feature", feature];
        using FileDescriptor source = Libc.DuplicateForChild(none.Number);
        ChildProcess? process = supervisor.TryStart(
            new ProcessSpec(command) { Descriptors = [(source.Number, 0), (source.Number, 1), (source.Number, 2)], NewSession = true }, out _);
        if (process is null)
        {
            return null;
        }

        if (!supervisor.Wait(() => process.HasExited, Deadline.In(s_longest)))
        {
            Libc.Kill(process.Pid, Signal.SIGKILL);
            supervisor.Wait(() => process.HasExited, Deadline.In(s_longest));
        }

        supervisor.Forget(process);
        return process.Exit is { Signal: 0 } exit ? exit.Code == 0 : null; // for a feature that it does not know by name it says no, too
    }
}
