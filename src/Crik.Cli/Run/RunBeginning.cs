using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Policy;
using Crik.Restore;
using Crik.Store;

namespace Crik.Run;

/// <summary>The program that runs, and how it came to run.</summary>
/// <param name="Identity">The program that crik was told to run.</param>
/// <param name="Missing">The pages that still have to be loaded, when the program was restored lazily.</param>
internal sealed record ProgramStarted(ChildProcess Program, ProgramIdentity Identity, RunJournal Journal, MissingPages? Missing)
{
    /// <summary>How the restore went; <see langword="null"/> after a fresh start.</summary>
    public RestoreFigures? Restore { get; init; }
}

/// <summary>The beginning of a run: restores the program from a checkpoint, or starts it afresh, and records that.</summary>
internal sealed class RunBeginning(Pod pod, StartPolicy start, RestorePolicy restore, SavePolicy save, IReadOnlyList<string> command)
{
    private readonly ProgramIdentity _identity = ProgramIdentity.Read(command, EnvironmentBlock.Current);
    private volatile CountedRestore? _counted;

    /// <summary>The figures of the image directory; <see langword="null"/> before they are read. Any thread may ask.</summary>
    public RunTotals? Totals => _counted?.Totals;

    /// <summary>Called when <see cref="Totals"/> were read.</summary>
    public Action Changed { private get; init; } = static () => { };

    /// <inheritdoc cref="RestoreProcedure.RestoresOnly"/>
    public bool RestoresOnly { private get; init; }

    public RunBegun RestoreOrStart()
    {
        pod.Store.SweepUnfinished();
        foreach (string problem in pod.Criu.Setup.Problems)
        {
            Log.Warning(Event.CheckpointsImpossible, "no checkpoint can be made here: " + problem);
        }

        CriuSetup criu = pod.Criu.Setup;
        if (criu.HasUselessCapabilities)
        {
            Log.Info(Event.CapabilitiesUseless,
                "SYS_ADMIN, NET_ADMIN and SYS_TIME bring nothing in the user namespace of this pod (hostUsers: false); crik uses the basic level");
        }

        if (Preload.ReachesCriu && criu.Problems.Count == 0 && CriuReach.Objection(criu.File, save.ShareSysvMemory) is { } objection)
        {
            Log.Warning(Event.CriuNotReached, objection);
        }

        RunRecord? last = pod.Store.ReadRunRecord();
        PodIdentity here = PodIdentity.Read();
        StateTrial? trial = start.SettleTime > TimeSpan.Zero ? StateTrial.Of(last, here) : null;
        IReadOnlyList<int> committed = pod.Store.Generations();
        RunTotals before = (pod.Store.IsReadOnly ? null : last?.Totals) ?? RunTotals.None; // pods that share a directory count for themselves
        before = before.WithGeneration(committed.Max(0));
        bool isLoop = trial?.EarlyEnds >= start.RestoreLimit;
        CountedRestore counted = _counted = new(pod, last, isLoop ? before.CountLoop(DateTimeOffset.UtcNow) : before);
        RestoreReason reason = RestoreReasons.Of(last, start.RestoreMode);
        Changed();
        last = isLoop ? GiveUp(trial!, last!, committed) : last;
        StartDecision decision = StartDecision.Decide(last, committed, start.RestoreMode, start.WhenCrashed);
        Log.Info(decision.Generations.Count > 0 ? Event.RestoreBegins : Event.FreshStart,
            decision.Generations.Count > 0 ? "restoring" : "starting afresh", ("because", decision.Reason));
        RestoreProcedure procedure = new(
            pod, restore, new ProcRestoredTree(pod.Init), _identity, last?.End?.Kind)
        { RestoresOnly = RestoresOnly };
        RestoreOutcome outcome = counted.Run(procedure, decision.Generations, reason);
        switch (outcome)
        {
            case RestoreOutcome.Restored running:
                RunJournal restored = BeginJournal(last, here, last?.HistoryUpTo ?? 0, counted.Totals, running, trial);
                return new RunBegun.Started(Begin(running.Program, restored, running.Missing) with { Restore = procedure.Meter.Figures });
            case RestoreOutcome.Fresh fresh:
                int history = StartDecision.HistoryAfterFreshStart(last, pod.Store.NewestGeneration(), fresh.GivesUpNothing);
                RunJournal begun = BeginJournal(last, here, history, counted.Totals);
                RestoredFile.Remove(restore.RestoredFile);
                return new RunBegun.Started(Begin(StartProgram(), begun, missing: null));
            case RestoreOutcome.Refused refused:
                return new RunBegun.Refused(new SlotRefusal(refused.Reason, refused.AllowsFreshStart));
            default:
                Log.Info(Event.StartInterrupted, "SIGTERM came during the restore; the checkpoint is as it was");
                return new RunBegun.Interrupted();
        }
    }

    /// <summary>Gives up the state that the last runs were restored from. Its checkpoints stay, and somebody may choose them again.</summary>
    /// <returns>The record with these checkpoints marked.</returns>
    private RunRecord GiveUp(StateTrial trial, RunRecord last, IReadOnlyList<int> committed)
    {
        int[] givenUp = [.. committed.Where(generation => pod.Store.StateOf(generation) == trial.State)];
        Log.Warning(Event.RestoreLimitReached,
            $"{trial.EarlyEnds} restored runs in a row ended within {start.SettleTime.TotalSeconds:0} s, so crik gives up the state that they went on from, and goes back "
            + "to an older one, or starts afresh; 'crik rollback' can choose the checkpoints again", ("checkpoints", string.Join(", ", givenUp)));
        return last with { Skipped = [.. committed.Where(generation => givenUp.Contains(generation) || last.Skipped?.Contains(generation) == true).Order()] };
    }

    private RunJournal BeginJournal(
        RunRecord? last, PodIdentity here, int historyUpTo, RunTotals totals, RestoreOutcome.Restored? restored = null, StateTrial? trial = null)
    {
        int? state = start.SettleTime > TimeSpan.Zero ? restored?.State : null;
        RunJournal journal = new(pod.Store, new RunRecord
        {
            RunId = Guid.NewGuid().ToString("n"),
            StartedAt = DateTimeOffset.UtcNow,
            HostName = Environment.MachineName,
            RestoredFrom = restored?.Generation,
            State = state,
            EarlyEnds = state is { } same ? trial?.EarlyEndsOf(same) ?? 0 : 0,
            PodUid = here.Uid,
            BootId = here.BootId,
            HistoryUpTo = historyUpTo,
            Epoch = pod.Store.Epoch,
            Skipped = last?.Skipped,
            Speeds = last?.Speeds ?? WriteSpeeds.Unknown,
            Totals = totals,
        }, Deadline.In(start.SettleTime));
        journal.Begin();
        return journal;
    }

    private ChildProcess StartProgram()
    {
        bool isFull = pod.Level == PrivilegeLevel.Full;
        Shelter shelter = Shelter.Find(start.IoUring == IoUring.Hide, canSaveFilters: isFull, save.ImageDir);
        return ProgramStart.Start(pod.Init, pod.Streams, command, forCheckpoints: true, ownIpcNamespace: isFull, shelter);
    }

    private ProgramStarted Begin(ChildProcess program, RunJournal journal, MissingPages? missing)
    {
        pod.Init.Program = program;
        return new ProgramStarted(program, _identity, journal, missing);
    }
}
