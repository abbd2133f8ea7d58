using System.Diagnostics;
using Crik.Configuration;
using Crik.Contracts;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Metrics;
using Crik.Nodes;
using Crik.Policy;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>The part of the configuration that one run of the program needs.</summary>
internal sealed record RunPolicy(StartPolicy Start, RestorePolicy Restore, SavePolicy Save, HookPolicy Hooks, TerminationPolicy Termination);

/// <summary>One run of the program, from its start or restore to its end, and the checkpoints that it gets.</summary>
internal sealed class ProgramRun(Pod pod, RunPolicy policy, ITree tree, ProgramStarted started)
{
    /// <summary>The longest time that a checkpoint may take which leaves the program running. Protects against a disk that hangs.</summary>
    private static readonly TimeSpan s_longestWhileRunning = TimeSpan.FromMinutes(10);

    /// <summary>The longest time that the run waits for its record when the program ends.</summary>
    private static readonly TimeSpan s_longestRecord = TimeSpan.FromSeconds(1);

    private readonly CheckpointPreparation _preparation = new(pod, policy, tree, started);
    private readonly SaveProcedure _save = new(pod, policy.Save, tree);
    private readonly RunJournal _journal = started.Journal;
    private bool _hasWarnedOfFiles;

    /// <summary>The status as far as checkpoints change it. It is replaced as a whole, so that any thread can read it.</summary>
    private volatile RunStatus _status = new()
    {
        State = "running",
        Version = CrikVersion.Current,
        Pid = started.Program.Pid,
        StartedAt = started.Journal.Record.StartedAt,
        ImageDir = policy.Save.ImageDir,
        Privileges = pod.Level switch { PrivilegeLevel.Full => "full", PrivilegeLevel.Basic => "basic", _ => "none" },
        RestoredFrom = started.Journal.Record.RestoredFrom,
    };

    /// <summary>The slot that the image directory is; <see langword="null"/> without a pool.</summary>
    public int? Slot { private get; init; }

    /// <summary>Called when the status or the figures have changed.</summary>
    public Action Changed { get; init; } = static () => { };

    public Hooks Hooks { get; } = new(pod.Init, policy.Hooks);

    public ChildProcess Program => started.Program;

    public bool CanCheckpoint => !pod.Store.IsReadOnly;

    /// <summary>What is lost when the program ends by itself after a SIGTERM now.</summary>
    public string LostWork => Policy.LostWork.Describe(
        policy.Start.RestoreMode, _status.LastCheckpoint ?? _journal.Record.RestoredFrom, isRestored: _status.LastCheckpoint is null,
        DateTimeOffset.UtcNow - (_status.LastCheckpointAt ?? _journal.Record.StartedAt));

    /// <summary>The program ended, or SIGTERM came.</summary>
    public bool IsOver => Program.HasExited || pod.Init.TerminationRequested is not null;

    /// <summary>When to call <see cref="Settle"/>.</summary>
    public Deadline SettlesAt => _journal.SettlesAt;

    /// <summary>Records that the restored program has run long enough for its state to count as healthy.</summary>
    public void Settle()
    {
        if (_journal.Settle())
        {
            Log.Debug(Event.StateHealthy, "the restored program has run for settleTime, so its state counts as healthy");
            WriteWhatWasLearned();
            Changed();
        }
    }

    /// <summary>Makes a checkpoint after which the program runs on.</summary>
    /// <param name="because">The reason for the checkpoint, for the log and the hooks.</param>
    public SaveOutcome CheckpointAndGoOn(CheckpointReason reason, string because)
    {
        Log.Info(Event.CheckpointBegins, "making a checkpoint, after which the program runs on", ("because", because));
        SaveOutcome outcome = Save(reason, because, s_longestWhileRunning, leaveRunning: true);
        if (outcome is SaveOutcome.Failed failed)
        {
            Log.Error(Event.CheckpointFailed, $"no checkpoint was made: {failed.Reason}. The program runs on; older checkpoints are as they were");
        }

        if (!IsOver) // else the end of the run records it
        {
            WriteWhatWasLearned();
        }

        if (outcome is SaveOutcome.Committed committed)
        {
            WarnOfFilesThatStay(committed.WrittenFiles);
            Prune();
            Hooks.AfterCheckpoint(because, committed.Generation, () => IsOver);
        }

        pod.Store.RemoveLeftovers(() => IsOver);
        return outcome;
    }

    /// <summary>Makes the last checkpoint, and ends the program with it. One that fails leaves the program running, unharmed.</summary>
    public SaveOutcome CheckpointAndEnd(CheckpointReason reason, string because, TimeSpan time)
    {
        SaveOutcome outcome = Save(reason, because, time, leaveRunning: false);
        if (outcome is SaveOutcome.Committed committed)
        {
            RecordCheckpointed();
            Report("checkpointed", because, pod.Init.TerminationRequested is not null, committed.Generation, policy.Termination.CheckpointExitCode);
            Prune();
            Hooks.AfterCheckpoint(because, committed.Generation, giveUp: null);
        }
        else if (!IsOver)
        {
            WriteWhatWasLearned();
        }

        return outcome;
    }

    /// <summary>Tells Kubernetes why the run ends.</summary>
    /// <param name="mayCount">Whether such an end counts when it comes soon after a restore (<see cref="StateTrial"/>).</param>
    public void Report(string outcome, string reason, bool mayCount, int? generation = null, int? exitCode = null)
    {
        int? early = mayCount ? _journal.EarlyEnds : null;
        string loop = early < policy.Start.RestoreLimit || early is null ? ""
            : $"; {early} restored runs in a row ended within {policy.Start.SettleTime.TotalSeconds:0} s, so the next start in this pod gives up the state that they went on from";
        TerminationLog.Add(
            outcome, reason + loop, ("generation", generation), ("restoredFrom", _journal.Record.RestoredFrom), ("earlyEnds", early), ("exitCode", exitCode));
    }

    /// <summary>Does what follows a restore when the program runs again.</summary>
    /// <param name="signal">The signal that a restored program gets first; 0 for none.</param>
    public void NoteRestored(int signal)
    {
        if (_journal.Record.RestoredFrom is { } generation)
        {
            if (signal != 0)
            {
                pod.Init.SignalProgram(signal);
            }

            Hooks.AfterRestore(generation, () => IsOver);
        }
    }

    /// <summary>
    /// Waits for the program's end and records it. When crik itself fails before, the program runs on without checkpoints, and its end is
    /// still recorded, because the next start must know whether the program has saved its state itself.
    /// </summary>
    /// <param name="accompany">Does what there is to do until the program is to end. Returns the last checkpoint, if one was to be made.</param>
    public RunEnding UntilTheEnd(Func<SaveOutcome?> accompany)
    {
        bool hasFailed = false;
        SaveOutcome? last = null;
        try
        {
            last = accompany();
            if (last is SaveOutcome.Committed)
            {
                return new RunEnding.Checkpointed();
            }

            pod.Store.RemoveLeftovers(() => Program.HasExited);
        }
#pragma warning disable CA1031 // Whatever it is, it is a bug. It must not leave this method, because the lock of the image directory would be given back while the program runs.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            hasFailed = true;
            pod.Init.ReportFailure(exception);
            if (pod.Init.EndsWithCheckpoint)
            {
                RecordCheckpointed();
                return new RunEnding.Checkpointed();
            }
        }

        pod.Init.Wait(() => Program.HasExited, Deadline.Never);
        return NoteEnd(Program.Exit!.Value, wantedCheckpoint: last is not null || (hasFailed && pod.Init.TerminationRequested is not null));
    }

    private void RecordCheckpointed() =>
        _journal.End(RunEndKind.Checkpointed, new ExitStatus(policy.Termination.CheckpointExitCode, 0), pod.Init.TerminationRequested is not null);

    /// <summary>Records how the program ended.</summary>
    /// <param name="wantedCheckpoint">Whether its last checkpoint failed.</param>
    private RunEnding NoteEnd(ExitStatus exit, bool wantedCheckpoint)
    {
        bool afterSigterm = pod.Init.TerminationRequested is not null;
        if (started.Missing is { Failure: { } failure })
        {
            _journal.End(RunEndKind.Incomplete, exit, afterSigterm);
            return new RunEnding.Incomplete(failure);
        }

        _journal.End(RunEndDecision.Decide(exit, wantedCheckpoint || pod.Init.HadToTerminate), exit, afterSigterm);
        if (!afterSigterm && exit is not { Code: 0, Signal: 0 } && _journal.EarlyEnds is not null)
        {
            Report("exited", $"the program ended with {exit}", mayCount: true, exitCode: exit.ToExitCode());
        }

        Log.Info(Event.ProgramEnded, "the program ended", ("with", exit));
        return new RunEnding.Ended(exit);
    }

    /// <summary>Reports the state of the run to the control socket. The control thread calls it, so it must not block.</summary>
    public RunStatus Status(DateTimeOffset? nextCheckpoint, NodeAnswer? node)
    {
        RunStatus status = _status;
        return status with
        {
            State = pod.Init.TerminationRequested is null ? status.State : "ending",
            Slot = Slot,
            MissingMiB = started.Missing is { AreComing: true } missing ? (int)(missing.Left >> 20) : null,
            NextCheckpointAt = nextCheckpoint,
            Node = node?.State.ToWireName(),
            NodeReason = node?.Reason,
        };
    }

    /// <summary>The figures of the run. The control thread and the one that writes metricsFile call it, so it must not block.</summary>
    public RunFigures Figures(RunSetting setting, RunStatus status) => new(setting)
    {
        Status = status,
        Totals = _journal.Totals,
        EarlyEnds = _journal.Record.EarlyEnds,
        Restore = started.Restore,
        DroppedLines = LineWriter.StandardError.DroppedInTotal,
    };

    private SaveOutcome Save(CheckpointReason reason, string because, TimeSpan time, bool leaveRunning)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Deadline deadline = Deadline.In(time);
        _status = _status with { State = "checkpointing" };
        Changed();
        Settle();
        SaveOutcome outcome = !leaveRunning && pod.Init.HadToTerminate ? new SaveOutcome.Failed(SaveAttempt.LetGoByInit)
            : _preparation.Obstacle(because, deadline, leaveRunning, _journal.Record.Speeds) is { } obstacle ? new SaveOutcome.Failed(obstacle)
            : Save(new SaveRequest(Program, _journal.Record, started.Identity, leaveRunning, deadline), clock);
        _status = outcome switch
        {
            SaveOutcome.Committed committed => _status with
            {
                State = "running",
                LastCheckpoint = committed.Generation,
                LastCheckpointAt = DateTimeOffset.UtcNow,
                LastFailure = null,
            },
            SaveOutcome.Failed failed => _status with { State = "running", LastFailure = failed.Reason },
            _ => _status,
        };
        if (outcome is SaveOutcome.Committed saved)
        {
            _journal.Learn(saved);
        }

        bool isInterrupted = leaveRunning ? IsOver : Program.HasExited;
        _journal.Count(reason, outcome is SaveOutcome.Committed ? CheckpointResult.Committed : isInterrupted ? CheckpointResult.Interrupted : CheckpointResult.Failed);
        Changed();
        return outcome;
    }

    /// <summary>Says once in a run what a crash would not bring back.</summary>
    private void WarnOfFilesThatStay(IReadOnlyList<WrittenFile> files)
    {
        if (!_hasWarnedOfFiles && VolumeFileChanges.AfterCrash(files, policy.Start, policy.Restore.WhenVolumeFilesChanged) is { } consequence)
        {
            _hasWarnedOfFiles = true;
            Log.Warning(Event.FilesOnVolumesStay, $"after a crash the program's memory goes back to the newest checkpoint, and files on volumes do not: {ByteStrings.Printable(consequence)}. "
                + "Files in additionalPaths go back, too, and hooks.beforeCheckpoint can let the program close a file");
        }
    }

    /// <param name="clock">Measures from the beginning of the preparation on.</param>
    private SaveOutcome Save(SaveRequest request, Stopwatch clock)
    {
        TimeSpan prepared = clock.Elapsed;
        SaveOutcome outcome = _save.Run(request);
        if (outcome is SaveOutcome.Committed saved)
        {
            _journal.Note(saved.Generation, new CheckpointFigures(saved.Steps, saved.Size, prepared, clock.Elapsed, request.LeaveRunning));
        }

        return outcome;
    }

    private void WriteWhatWasLearned() => _journal.WriteWhatWasLearned(pod.Init, Deadline.In(s_longestWhileRunning), () => IsOver);

    /// <summary>Records that the last checkpoint failed, because a SIGKILL would leave no end of the run.</summary>
    public void RecordFailure() => _journal.WriteWhatWasLearned(pod.Init, Deadline.In(s_longestRecord), () => Program.HasExited);

    private void Prune()
    {
        if (Faults.Of(() => pod.Store.Prune(Retention.ToRemove(pod.Store.Generations(), pod.Store.Skipped(), policy.Save.Keep, pod.Store.StateOf))) is { } fault)
        {
            Log.Warning(Event.PruneFailed, "old checkpoints could not be removed", ("reason", fault.Message));
        }
    }
}
