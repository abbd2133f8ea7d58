using Crik.Init;

namespace Crik.Criu;

/// <summary>
/// Asks criu which optional features it has. The answer depends on how criu was built and on the kernel. crik runs
/// <c>criu check --feature</c> instead of the RPC for this (FEATURE_CHECK), because criu 4.3 does not read the option for unprivileged mode
/// with that RPC, and fails at the basic level.
/// </summary>
/// <param name="Compresses">Whether criu can compress pages. For this it must be 4.3 or newer and built with LZ4.</param>
/// <param name="LazyPages">Whether criu can let a program run before all of its pages are loaded.</param>
/// <param name="TracksMemory">Whether the kernel can tell which pages the program wrote to since the last dump.</param>
internal sealed record CriuFeatures(bool Compresses, bool LazyPages, bool TracksMemory)
{
    public const string Compression = "compress";
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    public static CriuFeatures AskAll(IInit init, string criu, PrivilegeLevel level) =>
        new(Ask(init, criu, level, Compression) == true, Ask(init, criu, level, "uffd") == true, Ask(init, criu, level, "mem_dirty_track") == true);

    /// <returns><see langword="null"/> when criu gave no answer: it was killed, or it could not be started.</returns>
    public static bool? Ask(IInit init, string criu, PrivilegeLevel level, string feature)
    {
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        string[] command = [criu, "check", .. level == PrivilegeLevel.Full ? Array.Empty<string>() : ["--unprivileged"], "--feature", feature];
        using FileDescriptor source = Libc.DuplicateForChild(none.Number);
        ChildProcess? process = init.TryStart(
            CriuCommand.Of(command) with { Descriptors = [(source.Number, 0), (source.Number, 1), (source.Number, 2)] }, out _);
        if (process is null)
        {
            return null;
        }

        if (!init.Wait(() => process.HasExited, Deadline.In(s_longest)))
        {
            _ = Libc.SendSignal(process.Pid, Signal.SIGKILL);
            init.Wait(() => process.HasExited, Deadline.In(s_longest));
        }

        init.Forget(process);
        return process.Exit is { Signal: 0 } exit ? exit.Code == 0 : null; // criu also answers no when it does not know the feature
    }
}
