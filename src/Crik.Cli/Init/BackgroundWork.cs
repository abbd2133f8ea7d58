using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// Work that may take long or hang on a dead disk, in a thread of its own, while <see cref="Supervisor"/> goes on. The
/// thread exists only as long as the work; a tree that is frozen meanwhile cannot want its number.
/// </summary>
internal static class BackgroundWork
{
    /// <param name="giveUp">Looked at after every event; ends the wait as the deadline does.</param>
    /// <param name="report">Called every few seconds.</param>
    /// <returns><see langword="false"/> when time was up; the work is then told to stop and its end not waited for.</returns>
    /// <exception cref="Exception">What the work threw.</exception>
    public static bool Run(Supervisor supervisor, Deadline deadline, Action<CancellationToken> work, Func<bool>? giveUp = null, Action? report = null)
    {
        FileDescriptor done = Libc.MakeEventDescriptor();
        CancellationTokenSource cancellation = new();
        Exception? failure = null;
        bool finished = false;
        Thread thread = new(() =>
        {
            try
            {
                work(cancellation.Token);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CrikException or OperationCanceledException or InvalidDataException)
            {
                failure = exception;
            }

            Volatile.Write(ref finished, true);
            _ = Libc.TryWrite(done.Number, BitConverter.GetBytes(1UL));
        })
        { IsBackground = true };
        thread.Start();
        bool IsOver() => Volatile.Read(ref finished) || giveUp?.Invoke() == true;
        while (!supervisor.Wait(IsOver, report is not null && deadline.Left > Progress.Interval ? Deadline.In(Progress.Interval) : deadline, done.Number) && !deadline.HasPassed)
        {
            report?.Invoke();
        }

        if (!Volatile.Read(ref finished))
        {
            cancellation.Cancel();
            return false; // the descriptor stays open: the thread may still write to it
        }

        thread.Join();
        done.Dispose();
        cancellation.Dispose();
        return failure is null ? true : throw failure;
    }
}
