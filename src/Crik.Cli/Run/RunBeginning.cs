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
internal sealed record ProgramStarted(ChildProcess Program, ProgramIdentity Identity, RunJournal Journal, MissingPages? Missing);

/// <summary>The beginning of a run: restores the program from a checkpoint, or starts it afresh, and records that.</summary>
internal sealed class RunBeginning(Pod pod, StartPolicy start, RestorePolicy restore, SavePolicy save, IReadOnlyList<string> command)
{
    private readonly ProgramIdentity _identity = ProgramIdentity.Read(command, EnvironmentBlock.Current);

    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    public ProgramStarted? RestoreOrStart()
    {
        pod.Store.SweepUnfinished();
        foreach (string problem in pod.Criu.Setup.Problems)
        {
            Log.Warning("no checkpoint can be made here: " + problem);
        }

        CriuSetup criu = pod.Criu.Setup;
        if (criu.HasUselessCapabilities)
        {
            Log.Info("SYS_ADMIN, NET_ADMIN and SYS_TIME bring nothing in the user namespace of this pod (hostUsers: false); crik uses the basic level");
        }

        if (Preload.ReachesCriu && criu.Problems.Count == 0 && CriuReach.Objection(criu.File, save.ShareSysvMemory) is { } objection)
        {
            Log.Warning(objection);
        }

        RunRecord? last = pod.Store.ReadRunRecord();
        StartDecision decision = StartDecision.Decide(last, pod.Store.Generations(), start.RestoreMode, start.WhenCrashed);
        Log.Info(decision.Generations.Count > 0 ? "restoring" : "starting afresh", ("because", decision.Reason));
        RestoreProcedure procedure = new(
            pod, restore, new ProcRestoredTree(pod.Init), _identity, last?.End?.Kind);
        switch (procedure.Run(decision.Generations))
        {
            case RestoreOutcome.Restored running:
                RunJournal restored = BeginJournal(last, running.Generation, last?.HistoryUpTo ?? 0);
                return Begin(running.Program, restored, running.Missing);
            case RestoreOutcome.Fresh fresh:
                int history = StartDecision.HistoryAfterFreshStart(last, pod.Store.NewestGeneration(), fresh.GivesUpNothing);
                RunJournal begun = BeginJournal(last, restoredFrom: null, history);
                RestoredFile.Remove(restore.RestoredFile);
                return Begin(StartProgram(), begun, missing: null);
            default:
                Log.Info("SIGTERM came during the restore; the checkpoint is as it was");
                return null;
        }
    }

    private RunJournal BeginJournal(RunRecord? last, int? restoredFrom, int historyUpTo)
    {
        RunJournal journal = new(pod.Store, new RunRecord
        {
            RunId = Guid.NewGuid().ToString("n"),
            StartedAt = DateTimeOffset.UtcNow,
            HostName = Environment.MachineName,
            RestoredFrom = restoredFrom,
            HistoryUpTo = historyUpTo,
            Epoch = pod.Store.Epoch,
            Skipped = last?.Skipped,
            Speeds = last?.Speeds ?? WriteSpeeds.Unknown,
        });
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
