using Crik.Diagnostics;
using Crik.Init;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>Records how the run goes (<c>run.json</c>), so that the next start can decide what to restore.</summary>
/// <param name="settlesAt">When the state that a restored program goes on from counts as healthy.</param>
internal sealed class RunJournal(CheckpointStore store, RunRecord start, Deadline settlesAt)
{
    /// <summary>Held while the record is written: a write that was given up must not undo a later one.</summary>
    private readonly Lock _writing = new();
    private RunRecord _record = start;

    public RunRecord Record => _record;

    /// <summary>When to call <see cref="Settle"/>; never when there is nothing to do.</summary>
    public Deadline SettlesAt => _record.State is null ? Deadline.Never : settlesAt;

    /// <summary>How many restored runs in a row ended early, this one included; <see langword="null"/> when its end is not early.</summary>
    public int? EarlyEnds => _record.State is null ? null : _record.EarlyEnds + 1;

    /// <summary>Lets the run count as healthy when it has run long enough. From then on checkpoints begin states of their own.</summary>
    /// <returns>Whether that is news, which has to be recorded.</returns>
    public bool Settle()
    {
        if (!SettlesAt.HasPassed)
        {
            return false;
        }

        _record = _record with { State = null, EarlyEnds = 0 };
        return true;
    }

    /// <summary>
    /// Records the start. A restored program goes on even when that fails, because the old record still leads to the checkpoint it came from.
    /// A fresh one may not be started then, because after a crash the old record would bring back what was before it.
    /// </summary>
    /// <exception cref="IOException">The start of a fresh program could not be recorded.</exception>
    /// <exception cref="CheckpointException">Another pod has taken the image directory, and runs the program already.</exception>
    public void Begin()
    {
        if (_record.RestoredFrom is null)
        {
            store.ThrowUnlessOurs();
            store.WriteRunRecord(_record);
        }
        else if (Faults.Of(() => store.WriteRunRecord(_record)) is { } fault)
        {
            Log.Error(Event.RunStartNotRecorded, "the start of the run could not be recorded", ("reason", fault.Message));
        }
    }

    /// <summary>Records the end. Should that fail, the next start sees a run that vanished, and goes on from the newest checkpoint.</summary>
    /// <param name="afterSigterm">
    /// Whether crik got SIGTERM. Then <see cref="Settle"/> was called at that time; how long the checkpoint took since says nothing.
    /// </param>
    public void End(RunEndKind kind, ExitStatus exit, bool afterSigterm)
    {
        _ = !afterSigterm && Settle();
        void Write()
        {
            lock (_writing)
            {
                store.WriteRunRecord(_record with
                {
                    HistoryUpTo = kind == RunEndKind.Exited ? store.NewestGeneration() : _record.HistoryUpTo,
                    End = new RunEnd(kind, DateTimeOffset.UtcNow, exit.Code, exit.Signal, afterSigterm),
                });
            }
        }

        if (Faults.Of(Write) is { } fault)
        {
            Log.Error(Event.RunEndNotRecorded, "the end of the run could not be recorded", ("reason", fault.Message));
        }
    }

    /// <summary>The figures of the image directory. Any thread may ask.</summary>
    public RunTotals Totals => _record.Totals ?? RunTotals.None;

    /// <summary>Counts a checkpoint that was begun. <see cref="WriteWhatWasLearned"/> or <see cref="End"/> records it.</summary>
    public void Count(CheckpointReason reason, CheckpointResult result) =>
        _record = _record with { Totals = Totals.Count(reason, result, DateTimeOffset.UtcNow) };

    public void Note(int generation, CheckpointFigures figures) =>
        _record = _record with { Totals = Totals.WithCheckpoint(generation, figures, DateTimeOffset.UtcNow) };

    /// <summary>Learns how fast the volume was.</summary>
    public void Learn(SaveOutcome.Committed saved) =>
        _record = _record with { Speeds = _record.Speeds.Learn(saved.Bytes, saved.CompressedBytes, saved.Writing) };

    /// <summary>Records what was learned, because a run that vanishes leaves it to the next one.</summary>
    public void WriteWhatWasLearned(IInit init, Deadline deadline, Func<bool> giveUp)
    {
        RunRecord record = _record;
        void Write(CancellationToken cancellation)
        {
            lock (_writing)
            {
                if (!cancellation.IsCancellationRequested)
                {
                    store.WriteRunRecord(record);
                }
            }
        }

        if (Faults.Of(() => BackgroundWork.Run(init, deadline, Write, giveUp)) is { } fault)
        {
            Log.Warning(Event.RunFactsNotRecorded, "what was learned in this run could not be recorded", ("reason", fault.Message));
        }
    }
}
