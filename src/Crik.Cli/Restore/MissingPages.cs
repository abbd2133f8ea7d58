using System.Diagnostics;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Policy;

namespace Crik.Restore;

/// <summary>
/// Watches over the pages that a lazy restore still has to load while the program runs. If they cannot be loaded, crik ends the whole
/// program, so that it never sees an empty page in the place of its memory.
/// </summary>
/// <param name="total">The bytes of all pages in the checkpoint.</param>
/// <param name="cleanUp">Called when nothing reads the images any more.</param>
internal sealed class MissingPages(IInit init, LazyPagesProcess source, string work, long total, Action cleanUp) : IDisposable
{
    /// <summary>
    /// How often crik looks. For this long, crik may have no copy of a new child's userfaultfd, and a task that has all its pages may have to
    /// wait for a new one.
    /// </summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(20);

    /// <summary>How long nothing may be read before crik ends the program. Then the volume hangs, or criu does.</summary>
    private static readonly TimeSpan s_longestStandstill = TimeSpan.FromMinutes(2);

    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _sinceReport = new();
    private readonly Stopwatch _sinceLast = new();
    private readonly Lock _looking = new();

    /// <summary>Readable when no page is missing any more. The run cannot hear it from the init, because no process ends at that moment.</summary>
    private readonly FileDescriptor _over = Libc.MakeWakeUp();
    private volatile Progress? _progress;
    private long _read;
    private volatile bool _isOver;

    /// <summary>Called on another thread when no page is missing any more; must not block.</summary>
    public Action? WhenOver { private get; set; }

    public bool AreComing => !_isOver;

    /// <summary>Why crik ended the program; <see langword="null"/> when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>About how many bytes of pages still have to be loaded.</summary>
    public long Left => Math.Max(0, total - _read);

    public long Total => total;

    public bool SourceIsThere => source.Exit is null;

    /// <summary>Waits until criu's process is ready to bring pages.</summary>
    /// <returns><see langword="false"/> when the process ended instead, or the time is up.</returns>
    public bool WaitUntilReady() => source.WaitUntilReady();

    /// <summary>Makes sure, before the program runs, that it waits for a missing page even if criu's process dies.</summary>
    public bool TryHold(Deadline deadline)
    {
        while (SourceIsThere && !deadline.HasPassed)
        {
            if (source.TryHoldAll())
            {
                return true;
            }

            init.Wait(() => !SourceIsThere, Deadline.In(TimeSpan.FromMilliseconds(1)));
        }

        return false;
    }

    /// <summary>
    /// Starts the thread that watches over the pages, so that the run may wait for anything meanwhile. Call it before the restore: when the
    /// program is about to run, it is too late to find out that no thread can be started.
    /// </summary>
    /// <param name="start">Starts the thread. It may throw as <see cref="Thread.Start()"/> does where no thread can be started.</param>
    /// <exception cref="CriuException">No thread can be started.</exception>
    public void StartThread(Action<Thread> start)
    {
        try
        {
            start(NamedThread.Make("pages", 256 << 10, LookRegularly));
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            throw new CriuException($"crik cannot start the thread that watches over the missing pages: {Faults.Reason(exception)}", []);
        }
    }

    /// <summary>Makes that thread look at the pages from now on, because the program is about to run.</summary>
    public void Watch()
    {
        _clock.Start();
        _sinceReport.Start();
        _sinceLast.Start();
        _progress = new Progress(Event.LazyPagesProgress, "the program runs, and its pages come in", new Work(total), () => new Work(_read)); // last, because the thread looks from here on
    }

    /// <summary>Waits on the run's thread until no page is missing any more.</summary>
    public void Wait(Func<bool> giveUp, Deadline deadline) => init.Wait(() => !AreComing || giveUp(), deadline, _over.Number);

    /// <summary>Explains that loading the rest takes longer than the available time; <see langword="null"/> when it does not.</summary>
    public string? Objection(TimeSpan available) => LazyRestore.Objection(Left, total, _clock.Elapsed, available);

    /// <summary>
    /// Ends criu's process after a failed attempt. The attempt must have ended its tree before: without criu's process a task would see empty
    /// pages.
    /// </summary>
    public void Dispose()
    {
        lock (_looking)
        {
            _isOver = true;
            source.Dispose();
            _over.Dispose();
        }
    }

    private void LookRegularly()
    {
        try
        {
            while (AreComing)
            {
                lock (_looking)
                {
                    if (AreComing && _progress is not null)
                    {
                        Look();
                    }
                }

                Thread.Sleep(s_turn);
            }
        }
#pragma warning disable CA1031 // An exception that leaves a thread would end PID 1.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail($"crik itself failed, which is a bug: {exception}");
        }
    }

    private void Look()
    {
        if (init.Program is not { } program)
        {
            source.HoldOn(); // the attempt may still fail, and then it ends the tree itself
        }
        else if (Failure is not null)
        {
            if (EndTree())
            {
                End();
            }
        }
        else if (source.Exit is { } exit)
        {
            if (exit is { Code: 0, Signal: 0 })
            {
                Log.Info(Event.LazyPagesComplete, "all pages have come in", ("mib", total >> 20), ("ms", _clock.ElapsedMilliseconds));
                End();
                source.Dispose();
            }
            else if (!program.HasExited)
            {
                Fail(exit.Signal != 0 ? $"criu's lazy-pages was ended by {Signal.Name(exit.Signal)}"
                    : CriuLog.Explain("criu could not bring them in", Path.Combine(work, LazyPagesProcess.LogName), null).Message);
            }
        }
        else
        {
            source.HoldOn();
            Measure();
        }
    }

    private void Measure()
    {
        long read = source.BytesRead;
        if (read != _read)
        {
            _read = read;
            _sinceLast.Restart();
        }

        if (_sinceReport.Elapsed > Progress.Interval)
        {
            _sinceReport.Restart();
            _progress!.Report();
            if (_sinceLast.Elapsed > Progress.Interval)
            {
                Log.Warning(Event.LazyPagesStalled, "no page has come in, and the program waits for those it touches",
                    ("seconds", (long)_sinceLast.Elapsed.TotalSeconds));
            }
        }

        if (_sinceLast.Elapsed > s_longestStandstill)
        {
            Fail($"nothing has come in for {s_longestStandstill.TotalSeconds:0} s");
        }
    }

    private void Fail(string reason)
    {
        Failure = $"{Left >> 20} of {total >> 20} MiB of the program's memory did not come in: {reason}";
        Log.Error(Event.LazyPagesFailed, $"{Failure}. The program is not whole and is ended; the next start reads the checkpoint before it runs");
        EndTree();
    }

    /// <summary>
    /// Kills every process below crik. A child that the program made since the restore has a number that crik does not know, and it may be
    /// crik's own child by now. Hooks are killed too: crik and its container end when the program has ended. Call this again until it
    /// succeeds, because a task may have been born since.
    /// </summary>
    /// <returns>Whether no process is left.</returns>
    private bool EndTree()
    {
        int[] left = [.. ProcFs.Tree(Environment.ProcessId).Skip(1).Where(task => task != source.Pid)];
        FrozenTree.Send(Signal.SIGKILL, left);
        return left.Length == 0;
    }

    private void End()
    {
        _isOver = true;
        Libc.Wake(_over);
        cleanUp();
        WhenOver?.Invoke();
    }
}
