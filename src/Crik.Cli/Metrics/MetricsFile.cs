using Crik.Diagnostics;

namespace Crik.Metrics;

/// <summary>
/// Writes the metrics into a file whenever somebody says that they have changed, on a separate thread, so that nothing waits for its volume.
/// While a write hangs there is no other. Between two changes the thread sleeps.
/// </summary>
internal sealed class MetricsFile : IDisposable
{
    private const int StackBytes = 256 << 10;

    /// <summary>A write that takes longer than this is reported at the next change.</summary>
    private const long HangMilliseconds = 10_000;

    /// <summary>How long crik waits for the last write. The program has ended by then.</summary>
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly Func<string> _text;
    private readonly FileDescriptor _changes = Libc.MakeWakeUp();
    private readonly Thread _thread;
    private volatile bool _isOver;
    private volatile bool _hasWarned;

    /// <summary>When the write began that is not done, in milliseconds of <see cref="Environment.TickCount64"/>; 0 when there is none.</summary>
    private long _writesSince;

    private MetricsFile(string path, Func<string> text)
    {
        (_path, _text) = (path, text);
        _thread = NamedThread.Make("metrics", StackBytes, Run);
        _thread.Start();
    }

    /// <summary>Must be called before the program starts, so that the thread takes no PID that the program's tree may need.</summary>
    /// <param name="text">Called on the thread; must not block.</param>
    /// <returns><see langword="null"/> when there is no thread; everything else works without.</returns>
    public static MetricsFile? Start(string path, Func<string> text)
    {
        try
        {
            return new MetricsFile(path, text);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException or LinuxException)
        {
            Log.Warning(Event.MetricsFileFailed, "no thread can be started that writes metricsFile", ("reason", Faults.Reason(exception)));
            return null;
        }
    }

    /// <summary>Has the file written anew. Returns at once.</summary>
    public void Note()
    {
        long since = Interlocked.Read(ref _writesSince);
        if (since != 0 && Environment.TickCount64 - since > HangMilliseconds)
        {
            Warn($"a write has not ended for {(Environment.TickCount64 - since) / 1000} s");
        }

        Libc.Wake(_changes);
    }

    /// <summary>Has the last figures written, and waits for a bounded time.</summary>
    public void Dispose()
    {
        _isOver = true;
        Note();
        long since = Interlocked.Read(ref _writesSince);
        bool hangs = since != 0 && Environment.TickCount64 - since > (long)s_lastPatience.TotalMilliseconds;
        if (hangs || !_thread.Join(s_lastPatience))
        {
            Warn($"the last write took longer than {s_lastPatience.TotalSeconds:0} s");
        }
    }

    /// <summary>Returns after <see cref="Dispose"/>. No exception leaves it.</summary>
    private void Run()
    {
        for (bool isLast = false; !isLast;)
        {
            try
            {
                AwaitChange();
                isLast = _isOver; // before the figures are asked for, so that the last ones are written
                Interlocked.Exchange(ref _writesSince, Environment.TickCount64);
                Exception? fault = Faults.Of(() => ReplacedFile.Write(_path, Encoding.UTF8.GetBytes(_text()), FileModes.OthersMayRead));
                Interlocked.Exchange(ref _writesSince, 0);
                if (fault is null)
                {
                    _hasWarned = false;
                }
                else
                {
                    Warn(fault.Message);
                }
            }
#pragma warning disable CA1031 // an exception that leaves a thread would end the init and with it the program
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.Exchange(ref _writesSince, 0);
                Warn($"crik itself failed, which is a bug: {exception}");
            }
        }
    }

    private void AwaitChange()
    {
        if (Faults.Of(() => Libc.PollForReading(_changes, timeoutMilliseconds: -1)) is not null)
        {
            Thread.Sleep(s_rest); // poll(2) fails when the kernel has no memory
        }

        Libc.TakeWakeUp(_changes);
    }

    /// <summary>Logs the first problem in a row.</summary>
    private void Warn(string reason)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            Log.Warning(Event.MetricsFileFailed, "metricsFile could not be written; nothing else is affected", ("path", _path), ("reason", reason));
        }
    }
}
