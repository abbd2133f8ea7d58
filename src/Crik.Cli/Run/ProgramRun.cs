using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;
using Crik.Policy;
using Crik.Restore;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>One run of the program, from its start or restore to its end, and the checkpoints that it gets.</summary>
/// <param name="missing">The pages that still have to be loaded, when the program was restored lazily.</param>
internal sealed class ProgramRun(Pod pod, CrikOptions options, RunJournal journal, ProgramStarted started, MissingPages? missing)
{
    /// <summary>The longest time that a checkpoint may take which leaves the program running. Protects against a disk that hangs.</summary>
    private static readonly TimeSpan s_longestWhileRunning = TimeSpan.FromMinutes(10);

    /// <summary>How long a checkpoint waits for older ones to be removed, so that there is room for it.</summary>
    private static readonly TimeSpan s_untilThereIsRoom = TimeSpan.FromSeconds(5);

    private readonly SaveProcedure _save = new(pod, options.Save!, new ProcTree(pod.Level, pod.Streams, options.InotifyIncompatiblePaths));
    private volatile LastCheckpoint _last = LastCheckpoint.None;

    public Hooks Hooks { get; } = new(pod.Init, options.Hooks);

    public ChildProcess Program => started.Program;

    /// <summary>Why the program was ended before it had all its memory back.</summary>
    public string? Incomplete => missing?.Failure;

    public bool CanCheckpoint => !pod.Store.IsReadOnly;

    /// <summary>The program ended, or SIGTERM came.</summary>
    public bool IsOver => Program.HasExited || pod.Init.TerminationRequested is not null;

    /// <summary>Makes a checkpoint after which the program runs on.</summary>
    /// <param name="because">The reason for the checkpoint, for the log and the hooks.</param>
    public SaveOutcome CheckpointAndGoOn(string because)
    {
        Log.Info("making a checkpoint, after which the program runs on", ("because", because));
        WriteSpeeds before = journal.Record.Speeds;
        SaveOutcome outcome = Save(because, s_longestWhileRunning, leaveRunning: true);
        switch (outcome)
        {
            case SaveOutcome.Failed failed:
                Log.Error($"no checkpoint was made: {failed.Reason}. The program runs on; older checkpoints are as they were");
                break;
            case SaveOutcome.Committed committed:
                if (journal.Record.Speeds != before)
                {
                    journal.WriteWhatWasLearned(pod.Init, Deadline.In(s_longestWhileRunning), () => IsOver);
                }

                Prune();
                Hooks.AfterCheckpoint(because, committed.Generation, () => IsOver);
                break;
        }

        pod.Store.RemoveLeftovers(() => IsOver);
        return outcome;
    }

    /// <summary>Makes the last checkpoint, and ends the program with it. One that fails leaves the program running, unharmed.</summary>
    public SaveOutcome CheckpointAndEnd(string because, TimeSpan time)
    {
        SaveOutcome outcome = pod.Init.HadToTerminate ? new SaveOutcome.Failed(SaveAttempt.LetGoByInit) : Save(because, time, leaveRunning: false);
        switch (outcome)
        {
            case SaveOutcome.Committed committed:
                journal.End(RunEndKind.Checkpointed, new ExitStatus(options.CheckpointExitCode, 0));
                TerminationLog.Add($"checkpoint {committed.Generation} was made; the next start goes on from it");
                Prune();
                Hooks.AfterCheckpoint(because, committed.Generation, giveUp: null);
                break;
            case SaveOutcome.Failed failed:
                TerminationLog.Add($"no checkpoint was made: {failed.Reason}");
                break;
        }

        return outcome;
    }

    /// <summary>Does what follows a restore when the program runs again.</summary>
    public void NoteRestored(int generation)
    {
        if (options.RestoredSignal != 0)
        {
            pod.Init.SignalProgram(options.RestoredSignal);
        }

        Hooks.AfterRestore(generation, () => IsOver);
    }

    /// <summary>Records how the program ended.</summary>
    /// <param name="wantedCheckpoint">Whether its last checkpoint failed.</param>
    public RunEnding NoteEnd(ExitStatus exit, bool wantedCheckpoint)
    {
        if (Incomplete is not null)
        {
            journal.End(RunEndKind.Incomplete, exit);
            return new RunEnding.Incomplete();
        }

        journal.End(RunEndDecision.Decide(exit, wantedCheckpoint || pod.Init.HadToTerminate), exit);
        Log.Info("the program ended", ("with", exit));
        return new RunEnding.Ended(exit);
    }

    /// <summary>Reports the state of the run to the control socket. The control thread calls it, so it must not block.</summary>
    public RunFacts Facts()
    {
        RunRecord record = journal.Record;
        LastCheckpoint last = _last;
        return new RunFacts(
            pod.Init.TerminationRequested is null ? last.State : "ending", Program.Pid, record.StartedAt, record.RestoredFrom,
            missing is { AreComing: true } ? (int)(missing.Left >> 20) : null, last);
    }

    private SaveOutcome Save(string because, TimeSpan time, bool leaveRunning)
    {
        Deadline deadline = Deadline.In(time);
        _last = _last with { State = "checkpointing" };
        SaveOutcome outcome = Prepare(because, deadline, leaveRunning) is { } obstacle
            ? new SaveOutcome.Failed(obstacle)
            : _save.Run(new SaveRequest(Program, journal.Record, started.Command, leaveRunning, deadline));
        _last = outcome switch
        {
            SaveOutcome.Committed committed => new LastCheckpoint("running", committed.Generation, DateTimeOffset.UtcNow, Failure: null),
            SaveOutcome.Failed failed => _last with { State = "running", Failure = failed.Reason },
            _ => _last,
        };
        if (outcome is SaveOutcome.Committed saved)
        {
            journal.Learn(saved);
        }

        return outcome;
    }

    /// <returns>Why crik begins no checkpoint; <see langword="null"/> when it may.</returns>
    private string? Prepare(string because, Deadline deadline, bool leaveRunning)
    {
        if (!CanCheckpoint)
        {
            return "the image directory is read-only";
        }

        if (pod.Criu.Setup.Problems is [var problem, ..])
        {
            return problem;
        }

        if (AwaitPages(deadline, leaveRunning) is { } notWhole)
        {
            return notWhole;
        }

        // Asked before the hook runs: it may take longer than the program then has to end by itself. The save asks again.
        if (options.BeforeCheckpoint is not null && TooLittleTime(deadline) is { } objection)
        {
            return objection;
        }

        Deadline untilThereIsRoom = Deadline.In(deadline.Left / 8 < s_untilThereIsRoom ? deadline.Left / 8 : s_untilThereIsRoom);
        pod.Store.RemoveLeftovers(() => untilThereIsRoom.HasPassed || (leaveRunning && IsOver));
        Deadline forHook = Deadline.In(deadline.Left / 2); // the rest is for the checkpoint itself
        return !Hooks.BeforeCheckpoint(because, forHook, leaveRunning ? () => IsOver : () => Program.HasExited)
                ? "hooks.beforeCheckpoint failed, and whenHookFails is giveUp"
            : Program.HasExited ? "the program ended"
            : leaveRunning && IsOver ? "SIGTERM came"
            : null;
    }

    private string? TooLittleTime(Deadline deadline)
    {
        try
        {
            long size = ProcFs.ResidentBytes(ProcFs.Tree(Program.Pid));
            PageCompression way = PageCompression.Decide(
                options.Compression, () => pod.Criu.CanCompress() == true, size, Libc.FreeBytes(options.ImageDir!), deadline.Left, journal.Record.Speeds);
            return journal.Record.Speeds.Objection(size, way.Compresses, deadline.Left);
        }
        catch (IOException)
        {
            return null; // the checkpoint meets the same error, and reports it
        }
    }

    /// <summary>Waits until all pages of a lazily restored program are loaded, because only then it can be saved.</summary>
    /// <returns>Why the pages do not come, or not in time; <see langword="null"/> when all are loaded.</returns>
    private string? AwaitPages(Deadline deadline, bool leaveRunning)
    {
        if (missing is not { AreComing: true })
        {
            return null;
        }

        if (missing.Objection(deadline.Left) is { } objection)
        {
            return objection;
        }

        Log.Info("the checkpoint waits for the pages that have not come in yet", ("mib", missing.Left >> 20));
        missing.Wait(() => leaveRunning ? IsOver : Program.HasExited, deadline);
        return missing.Failure ?? (missing.AreComing ? $"{missing.Left >> 20} of {missing.Total >> 20} MiB of the program's memory have not come in yet" : null);
    }

    private void Prune()
    {
        try
        {
            pod.Store.Prune(Retention.ToRemove(pod.Store.Generations(), pod.Store.Skipped(), options.Keep));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("old checkpoints could not be removed", ("reason", exception.Message));
        }
    }
}
