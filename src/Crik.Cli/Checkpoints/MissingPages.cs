using System.Diagnostics;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// The memory that a program has not got back yet although it runs. Should it not come, the program is ended as a whole: it
/// never sees a page that is not its own.
/// </summary>
/// <param name="total">Bytes of pages in the checkpoint.</param>
/// <param name="cleanUp">When nothing is read from the images any more.</param>
internal sealed class MissingPages(Supervisor supervisor, LazyPagesProcess source, string work, long total, Action cleanUp) : IDisposable
{
    /// <summary>A child of the program is that long without a copy of its userfaultfd; and a task that has all its pages may wait so long for a new one.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(20);

    /// <summary>Nothing was read for this long: a volume that hangs, or a criu that does.</summary>
    private static readonly TimeSpan s_longestStandstill = TimeSpan.FromMinutes(2);

    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _sinceReport = new();
    private readonly Stopwatch _sinceLast = new();
    private Progress? _progress;
    private long _read;
    private bool _isOver;

    public bool AreComing => !_isOver;

    /// <summary>Why the program was ended.</summary>
    public string? Failure { get; private set; }

    /// <summary>Bytes, about.</summary>
    public long Left => Math.Max(0, total - _read);

    public long Total => total;

    /// <summary>criu's process is there and answers.</summary>
    public bool SourceIsThere => source.Exit is null;

    /// <summary>Makes sure, before the program runs, that it waits for a missing page in any case.</summary>
    public bool TryHold(Deadline deadline)
    {
        while (SourceIsThere && !deadline.HasPassed)
        {
            if (source.TryHoldAll())
            {
                return true;
            }

            supervisor.Wait(() => !SourceIsThere, Deadline.In(TimeSpan.FromMilliseconds(1)));
        }

        return false;
    }

    /// <summary>From now on it is looked after, whatever crik waits for.</summary>
    public void Watch()
    {
        _progress = new Progress("the program runs, and its pages come in", total, () => _read);
        _clock.Start();
        _sinceReport.Start();
        _sinceLast.Start();
        supervisor.Regularly(s_turn, Look);
    }

    /// <summary>How long it would take, if that is longer than there is time.</summary>
    public string? Objection(TimeSpan available) => LazyRestore.Objection(Left, total, _clock.Elapsed, available);

    /// <summary>What is left of the tree goes first: without a source it would see empty pages.</summary>
    public void Dispose()
    {
        supervisor.Regularly(s_turn, null);
        Deadline deadline = Deadline.In(TimeSpan.FromSeconds(5));
        while (AreComing && !EndTree() && !deadline.HasPassed)
        {
            supervisor.Wait(() => false, Deadline.In(TimeSpan.FromMilliseconds(10)));
        }

        End();
        source.Dispose();
    }

    private void Look()
    {
        if (Failure is not null)
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
                Log.Info("all pages have come in", ("mib", total >> 20), ("ms", _clock.ElapsedMilliseconds));
                End();
                source.Dispose();
            }
            else if (supervisor.Program is not { HasExited: true })
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
                Log.Warning("no page has come in, and the program waits for those it touches", ("seconds", (long)_sinceLast.Elapsed.TotalSeconds));
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
        Log.Error($"{Failure}. The program is not whole and is ended; the next start reads the checkpoint before it runs");
        TerminationLog.Add(Failure);
        EndTree();
    }

    /// <summary>Done again and again: a task may have been born since the last look.</summary>
    /// <returns>Whether nobody is left who would have to be kept waiting.</returns>
    private bool EndTree()
    {
        int[] left = [.. ProcFs.Tree(Environment.ProcessId).Skip(1).Where(task => task != source.Pid)];
        foreach (int task in left)
        {
            Libc.Kill(task, Signal.SIGKILL);
        }

        return left.Length == 0;
    }

    private void End()
    {
        supervisor.Regularly(s_turn, null);
        if (!_isOver)
        {
            _isOver = true;
            cleanUp();
        }
    }
}
