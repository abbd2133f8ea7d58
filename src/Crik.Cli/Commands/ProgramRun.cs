using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Commands;

/// <summary>One run of the program, from its start or restore to its end: the record of it, and the checkpoints it gets.</summary>
internal sealed class ProgramRun(
    Supervisor supervisor, CheckpointStore store, CrikOptions options, CriuSetup criu, StandardStreams streams, ChildProcess program, RunRecord start,
    IReadOnlyList<string> command, MissingPages? missing)
{
    /// <summary>For a hung disk: the program runs meanwhile, but for the part in which it is read.</summary>
    private static readonly TimeSpan s_longestWhileRunning = TimeSpan.FromMinutes(10);

    /// <summary>Held while the record is written: a write that was given up must not undo a later one.</summary>
    private readonly Lock _writing = new();
    private readonly Hook _hook = new(supervisor, options.HookTimeout);
    private RunRecord _record = start;
    private string _state = "running";
    private (int Generation, DateTimeOffset At)? _last;
    private string? _failure;

    public ChildProcess Program => program;

    /// <summary>Why the program was ended before it had all its memory back.</summary>
    public string? Incomplete => missing?.Failure;

    /// <summary>There is a place for checkpoints.</summary>
    public bool CanCheckpoint => !store.IsReadOnly;

    /// <summary>The program ended, or is to end.</summary>
    public bool IsOver => program.HasExited || supervisor.TerminationRequested is not null;

    /// <summary>A checkpoint after which the program runs on.</summary>
    /// <param name="because">For the log and the hooks.</param>
    public CheckpointOutcome CheckpointAndGoOn(string because)
    {
        Log.Info("making a checkpoint, after which the program runs on", ("because", because));
        WriteSpeeds before = _record.Speeds;
        CheckpointOutcome outcome = Take(because, s_longestWhileRunning, leaveRunning: true);
        if (outcome.Failure is { } failure)
        {
            Log.Error($"no checkpoint was made: {failure}. The program runs on; older checkpoints are as they were");
        }
        else
        {
            if (_record.Speeds != before)
            {
                RecordSpeeds();
            }

            AfterCommit(because, outcome.Generation!.Value, () => IsOver);
        }

        return outcome;
    }

    /// <summary>The last checkpoint: the program is ended with it.</summary>
    /// <returns>One that failed leaves the program running, unharmed.</returns>
    public CheckpointOutcome CheckpointAndEnd(string because, TimeSpan time)
    {
        CheckpointOutcome outcome = Take(because, time, leaveRunning: false);
        if (outcome.Generation is { } generation)
        {
            RecordEnd(RunEndKind.Checkpointed, new ExitStatus(options.CheckpointExitCode, 0));
            TerminationLog.Add($"checkpoint {generation} was made; the next start goes on from it");
            AfterCommit(because, generation);
        }
        else
        {
            TerminationLog.Add($"no checkpoint was made: {outcome.Failure}");
        }

        return outcome;
    }

    /// <summary>What follows a restore, when the program runs again.</summary>
    public void Restored(int generation)
    {
        if (options.RestoredSignal != 0)
        {
            supervisor.SendToProgram(options.RestoredSignal);
        }

        _hook.Run("hooks.afterRestore", options.AfterRestore, [("CHECKPOINT_GENERATION", $"{generation}")], () => IsOver);
    }

    public RunStatus Status(NodeAnswer? node, DateTimeOffset? nextCheckpoint) => new()
    {
        State = supervisor.TerminationRequested is null ? _state : "ending",
        Version = CrikVersion.Current,
        Pid = program.Pid,
        StartedAt = _record.StartedAt,
        ImageDir = options.ImageDir!,
        Privileges = criu.Level switch { PrivilegeLevel.Full => "full", PrivilegeLevel.Basic => "basic", _ => "none" },
        RestoredFrom = _record.RestoredFrom,
        LastCheckpoint = _last?.Generation,
        LastCheckpointAt = _last?.At,
        NextCheckpointAt = nextCheckpoint,
        LastFailure = _failure,
        MissingMiB = missing is { AreComing: true } ? (int)(missing.Left >> 20) : null,
        Node = node is null ? null : Contracts.NodeStateNames.ToWireName(node.State),
        NodeReason = node?.Reason,
    };

    /// <summary>
    /// A restored program goes on without: the old record still leads to the checkpoint it came from. A fresh one may not be
    /// started, for after a crash the old record would bring back what was before it.
    /// </summary>
    public static void RecordStart(CheckpointStore store, RunRecord record)
    {
        try
        {
            store.WriteRunRecord(record);
        }
        catch (IOException exception) when (record.RestoredFrom is not null)
        {
            Log.Error("the start of the run could not be recorded", ("reason", exception.Message));
        }
    }

    /// <summary>Should this fail, the next start takes the run for one that vanished and goes on from the newest checkpoint.</summary>
    public void RecordEnd(RunEndKind kind, ExitStatus exit)
    {
        try
        {
            lock (_writing)
            {
                store.WriteRunRecord(_record with
                {
                    HistoryUpTo = kind == RunEndKind.Exited ? store.NewestGeneration() : _record.HistoryUpTo,
                    End = new RunEnd(kind, DateTimeOffset.UtcNow, exit.Code, exit.Signal),
                });
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Error("the end of the run could not be recorded", ("reason", exception.Message));
        }
    }

    /// <summary>A run that vanishes leaves to the next what its checkpoints have shown of the disk.</summary>
    private void RecordSpeeds()
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

        try
        {
            BackgroundWork.Run(supervisor, Deadline.In(s_longestWhileRunning), Write, () => IsOver);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("the speed of the checkpoint could not be recorded", ("reason", exception.Message));
        }
    }

    private CheckpointOutcome Take(string because, TimeSpan time, bool leaveRunning)
    {
        Deadline deadline = Deadline.In(time);
        _state = "checkpointing";
        CheckpointOutcome outcome = Prepare(because, deadline, leaveRunning) is { } obstacle
            ? new CheckpointOutcome(null, obstacle)
            : TakeOrRepeat(new CheckpointRequest(program, _record, command, leaveRunning), deadline);
        _state = "running";
        _failure = outcome.Failure;
        if (outcome.Generation is { } generation)
        {
            _last = (generation, DateTimeOffset.UtcNow);
            _record = _record with { Speeds = _record.Speeds.Learn(outcome.Bytes, outcome.CompressedBytes, outcome.Took) };
        }

        return outcome;
    }

    /// <returns>Why none is begun.</returns>
    private string? Prepare(string because, Deadline deadline, bool leaveRunning)
    {
        if (!CanCheckpoint)
        {
            return "the image directory is read-only";
        }

        if (criu.Problems.Count > 0)
        {
            return criu.Problems[0];
        }

        if (AwaitPages(deadline, leaveRunning) is { } notWhole)
        {
            return notWhole;
        }

        if (options.BeforeCheckpoint is not null && TooLittleTime(deadline) is { } objection)
        {
            return objection;
        }

        bool isReady = _hook.Run(
            "hooks.beforeCheckpoint", options.BeforeCheckpoint, [("CHECKPOINT_REASON", because)],
            () => (leaveRunning ? IsOver : program.HasExited) || deadline.HasPassed);
        return !isReady && options.WhenHookFails == WhenHookFails.GiveUp ? "hooks.beforeCheckpoint failed, and whenHookFails is giveUp"
            : leaveRunning && supervisor.TerminationRequested is not null ? "SIGTERM came"
            : null;
    }

    /// <summary>The checkpoint asks this again, when the hook has run: but then the program's own end has lost the time of the hook.</summary>
    private string? TooLittleTime(Deadline deadline)
    {
        try
        {
            long size = ProcFs.ResidentBytes(ProcFs.Tree(program.Pid));
            PageCompression way = PageCompression.Decide(
                options.Compression, () => CriuFeatures.CanCompress(supervisor, criu.File, criu.Level) == true, size, Libc.FreeBytes(options.ImageDir!), deadline.Left, _record.Speeds);
            return _record.Speeds.Objection(size, way.Compresses, deadline.Left);
        }
        catch (IOException)
        {
            return null; // the checkpoint meets it too, and says it
        }
    }

    /// <summary>A program can be saved when it is whole.</summary>
    /// <returns>Why it will not be, or not in time.</returns>
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
        supervisor.Wait(() => !missing.AreComing || (leaveRunning ? IsOver : program.HasExited), deadline);
        return missing.Failure ?? (missing.AreComing ? $"{missing.Left >> 20} of {missing.Total >> 20} MiB of the program's memory have not come in yet" : null);
    }

    /// <summary>Once more when nobody knows why it failed, the program is there, and a second attempt has twice the time that the first took.</summary>
    private CheckpointOutcome TakeOrRepeat(CheckpointRequest request, Deadline deadline)
    {
        TakeCheckpoint checkpoint = new(supervisor, store, options, criu, streams);
        TimeSpan before = deadline.Left;
        CheckpointOutcome outcome = checkpoint.Run(request, deadline);
        if (outcome is not { IsCommitted: false, MayWorkAgain: true } || program.HasExited || deadline.Left < (before - deadline.Left) * 2)
        {
            return outcome;
        }

        Log.Warning("no checkpoint was made, for a reason that may have passed; trying once more", ("reason", outcome.Failure!));
        return checkpoint.Run(request, deadline);
    }

    /// <summary>What is done with a checkpoint that is there.</summary>
    /// <param name="giveUp">Leaves the hook to itself.</param>
    private void AfterCommit(string because, int generation, Func<bool>? giveUp = null)
    {
        Prune();
        _hook.Run("hooks.afterCheckpoint", options.AfterCheckpoint, [("CHECKPOINT_REASON", because), ("CHECKPOINT_GENERATION", $"{generation}")], giveUp);
    }

    private void Prune()
    {
        try
        {
            store.Prune(options.Keep);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("old checkpoints could not be removed", ("reason", exception.Message));
        }
    }
}
