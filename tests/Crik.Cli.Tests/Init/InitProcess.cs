using System.Globalization;
using System.Runtime.InteropServices;
using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

/// <summary>
/// The program that a test starts when it needs a process of its own: the init reaps every child, and limits hold for a whole process.
/// </summary>
internal static partial class InitProcess
{
    public const string FailingRun = "failing-run";
    public const string NoThread = "no-thread";
    public const int Unexpected = 99;

    private const int RLIMIT_AS = 9;

    /// <summary>Less than the stack of a thread, which has 1.5 MiB or more, and enough for the code that the runtime still has to compile.</summary>
    private const ulong RoomForRuntime = 1 << 20;

    public static int Main(string[] arguments) => arguments switch
    {
        [FailingRun, var script] => FailAfterStart(script),
        [NoThread] => WorkWithoutThread(),
        _ => Unexpected,
    };

    /// <summary>Runs the real init with a run that starts a program and then fails.</summary>
    /// <param name="script">The program; empty for none.</param>
    private static int FailAfterStart(string script)
    {
        Libc.SetSignalMask(SignalSet.Empty); // the other threads of the runtime block all signals, because the test starts this process so
        using InitLoop init = new(TimeSpan.FromSeconds(30), checkpointSignal: 0, TimeSpan.Zero);
        RunEnding ending = init.Run(link =>
        {
            link.Program = script.Length == 0 ? null : link.Start(new ProcessSpec(["/bin/sh", "-c", script]));
            throw new InvalidOperationException("the run of this test fails");
        });
        return ending is RunEnding.Ended ended ? ended.Exit.ToExitCode() : Unexpected;
    }

    /// <summary>Does work in the background when the kernel gives out no memory for the stack of another thread.</summary>
    private static int WorkWithoutThread()
    {
        ScriptedInit init = new();
        int? worker = null;
        ulong used = ulong.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * (ulong)Environment.SystemPageSize;
        if (SetLimit(RLIMIT_AS, new Limit(used + RoomForRuntime, Most: ulong.MaxValue)) != 0)
        {
            return Unexpected;
        }

        TakeCachedStacks();

        bool isDone = BackgroundWork.Run(init, Deadline.In(TimeSpan.FromMinutes(1)), _ => worker = Environment.CurrentManagedThreadId);

        return isDone && worker == Environment.CurrentManagedThreadId ? 0 : Unexpected;
    }

    /// <summary>glibc keeps the stacks of threads that ended, and gives them to new threads.</summary>
    private static void TakeCachedStacks()
    {
        try
        {
            while (true)
            {
                new Thread(() => Thread.Sleep(Timeout.Infinite)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // From now on no thread can be started.
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(ulong Now, ulong Most);
}
