namespace Crik.Linux;

/// <summary>
/// Makes crik's threads. Each of them blocks every signal: the runtime unblocks the one that it stops threads with (SIGRTMIN) in each thread
/// that it starts, and the kernel would then give that thread a signal that is meant for the program.
/// </summary>
internal static class NamedThread
{
    /// <param name="stackBytes">0 for the usual size.</param>
    public static Thread Make(string name, int stackBytes, Action work) => new(
        () =>
        {
            Libc.SetSignalMask(SignalSet.All);
            work();
        },
        stackBytes)
    { IsBackground = true, Name = name };
}
