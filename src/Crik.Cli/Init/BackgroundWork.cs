using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>
/// Does work that may take long, or hang on a dead disk, on a separate thread. The run can react to time limits and SIGTERM meanwhile. The
/// thread ends with the work.
/// </summary>
internal static class BackgroundWork
{
    /// <param name="giveUp">Called after every event. When it returns <see langword="true"/>, the wait ends as at the deadline.</param>
    /// <param name="report">Called every few seconds.</param>
    /// <returns><see langword="false"/> when the time is up. The work is then told to stop, and crik does not wait for its end.</returns>
    public static bool Run(IInit init, Deadline deadline, Action<CancellationToken> work, Func<bool>? giveUp = null, Action? report = null)
    {
        FileDescriptor done = Libc.MakeWakeUp(); // work that is given up may still use it, and the collector closes it then
        CancellationTokenSource cancellation = new();
        Exception? failure = null;
        bool isFinished = false;
        Thread? thread = TryStart(() =>
        {
            failure = Catch(() => work(cancellation.Token));
            Volatile.Write(ref isFinished, true);
            Libc.Wake(done);
        });
        if (thread is null)
        {
            done.Dispose();
            work(CancellationToken.None); // pids.max is reached; the init still keeps the clock
            return true;
        }

        bool IsOver() => Volatile.Read(ref isFinished) || giveUp?.Invoke() == true;
        while (!init.Wait(IsOver, report is not null && deadline.Left > Progress.Interval ? Deadline.In(Progress.Interval) : deadline, done.Number) && !deadline.HasPassed)
        {
            report?.Invoke();
        }

        if (!Volatile.Read(ref isFinished))
        {
            cancellation.Cancel();
            return false;
        }

        thread.Join();
        done.Dispose();
        cancellation.Dispose();
        return failure is null ? true : throw failure;
    }

    /// <summary>Begins work whose result and failure the caller gets in another way, such as a <see cref="Lazy{T}"/>. If pids.max is reached, nothing is begun.</summary>
    public static void Begin(Action work) => _ = TryStart(() => _ = Catch(work));

    /// <summary>Catches everything, because what leaves a thread ends PID 1.</summary>
    public static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
#pragma warning disable CA1031 // Somebody else gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    private static Thread? TryStart(Action work)
    {
        try
        {
            Thread thread = NamedThread.Make("work", stackBytes: 0, work);
            thread.Start();
            return thread;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            return null;
        }
    }
}
