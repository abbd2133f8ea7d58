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
    /// <exception cref="Exception">What the work threw.</exception>
    public static bool Run(IInit init, Deadline deadline, Action<CancellationToken> work, Func<bool>? giveUp = null, Action? report = null)
    {
        Task task = new(work);
        if (!task.TryStart())
        {
            work(CancellationToken.None); // pids.max is reached; the init still keeps the clock
            return true;
        }

        bool IsOver() => task.IsFinished || giveUp?.Invoke() == true;
        while (!init.Wait(IsOver, report is not null && deadline.Left > Progress.Interval ? Deadline.In(Progress.Interval) : deadline, task.Done) && !deadline.HasPassed)
        {
            report?.Invoke();
        }

        return task.TryFinish();
    }

#pragma warning disable CA1001 // What the work may still use is left to the collector.
    private sealed class Task(Action<CancellationToken> work)
#pragma warning restore CA1001
    {
        private readonly FileDescriptor _done = Libc.MakeWakeUp();
        private readonly CancellationTokenSource _cancellation = new();
        private Thread? _thread;
        private Exception? _failure;
        private bool _isFinished;

        public bool IsFinished => Volatile.Read(ref _isFinished);

        /// <summary>Readable when the work is finished.</summary>
        public int Done => _done.Number;

        public bool TryStart()
        {
            try
            {
                _thread = NamedThread.Make("work", stackBytes: 0, Execute);
                _thread.Start();
                return true;
            }
            catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
            {
                _done.Dispose();
                return false;
            }
        }

        /// <returns>Whether the work is done; otherwise it is told to stop, and its descriptor stays open because it may still use it.</returns>
        public bool TryFinish()
        {
            if (!IsFinished)
            {
                _cancellation.Cancel();
                return false;
            }

            _thread!.Join();
            _done.Dispose();
            _cancellation.Dispose();
            return _failure is null ? true : throw _failure;
        }

        private void Execute()
        {
            try
            {
                work(_cancellation.Token);
            }
#pragma warning disable CA1031 // Nothing may leave a thread: it would end PID 1. Whoever waits for the work gets it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
            }

            Volatile.Write(ref _isFinished, true);
            Libc.Wake(_done);
        }
    }
}
