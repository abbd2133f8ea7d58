using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Linux;
using Crik.Nodes;
using Crik.Policy;
using Crik.Restore;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>
/// <c>crik run</c>: restores or starts the program, makes checkpoints while it runs, and on SIGTERM makes a last one or forwards the signal.
/// This is the run; the init is beside it, on crik's first thread.
/// </summary>
internal sealed class CrikRun
{
    /// <summary>How long crik goes on removing old directories when all else is done.</summary>
    private static readonly TimeSpan s_longestRemoval = TimeSpan.FromSeconds(2);

    private readonly CrikOptions _options;
    private readonly IReadOnlyList<string> _command;
    private readonly StandardStreams _streams;
    private readonly IInit _init;
    private readonly ContainerAge _age = new();

    private CrikRun(CrikOptions options, IReadOnlyList<string> command, StandardStreams streams, IInit init)
    {
        _options = options;
        _command = command;
        _streams = streams;
        _init = init;
    }

    public static RunEnding Start(CrikOptions options, IReadOnlyList<string> command)
    {
        StandardStreams streams = new();
        TimeSpan longestHook = options.AfterCheckpoint is null ? TimeSpan.Zero : options.HookTimeout;
        using InitLoop init = new(options.GracePeriod, options.ImageDir is null ? 0 : options.CheckpointSignal, longestHook);
        return options.ImageDir is { } imageDir
            ? init.Run(link => new CrikRun(options, command, streams, link).WithCheckpoints(imageDir))
            : new RunEnding.Ended(init.RunPlainly(link => ProgramStart.Start(link, streams, command, forCheckpoints: false, ownIpcNamespace: false)));
    }

    private RunEnding WithCheckpoints(string imageDir)
    {
        using ControlServer? control = ControlServer.Start(() => new RunStatus
        {
            State = _init.TerminationRequested is null ? "starting" : "ending",
            Version = CrikVersion.Current,
            ImageDir = imageDir,
        });
        bool mayBeReadOnly = _options.RestoreMode == RestoreMode.Always;
        using ImageDirectory? directory = ImageDirectory.Open(
            imageDir, _options.LockTimeout, time => _init.Wait(() => _init.TerminationRequested is not null, Deadline.In(time)), mayBeReadOnly);
        if (directory is null)
        {
            Log.Info("SIGTERM came while waiting for the image directory; nothing was started");
            return new RunEnding.Interrupted();
        }

        using NodeWatch? node = NodeSources.Choose(_options.Node) is { } source ? NodeWatch.Start(source) : null;
        Pod pod = new(_init, new CheckpointStore(directory), new InstalledCriu(_init, CriuSetup.Find(_options.CriuPath)), _streams, _age);
        return RestoreOrStart(pod) is { } run ? UntilTheEnd(run.Run, run.RestoredFrom, node, control, pod) : new RunEnding.Interrupted();
    }

    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    private (ProgramRun Run, int? RestoredFrom)? RestoreOrStart(Pod pod)
    {
        pod.Store.SweepUnfinished();
        foreach (string problem in pod.Criu.Setup.Problems)
        {
            Log.Warning("no checkpoint can be made here: " + problem);
        }

        CriuSetup criu = pod.Criu.Setup;
        if (Preload.ReachesCriu && criu.Problems.Count == 0 && CriuReach.Objection(criu.File, _options.ShareSysvMemory) is { } objection)
        {
            Log.Warning(objection);
        }

        RunRecord? last = pod.Store.ReadRunRecord();
        StartDecision decision = StartDecision.Decide(last, pod.Store.Generations(), _options.RestoreMode, _options.WhenCrashed);
        Log.Info(decision.Generations.Count > 0 ? "restoring" : "starting afresh", ("because", decision.Reason));
        RestoreProcedure restore = new(
            pod, _options.Restore, new ProcRestoredTree(_init), _command, failedLazily: last?.End?.Kind == RunEndKind.Incomplete);
        switch (restore.Run(decision.Generations))
        {
            case RestoredProgram.Running running:
                RunJournal restored = BeginJournal(pod, last, running.Generation, last?.HistoryUpTo ?? 0);
                return (Begin(pod, restored, running.Program, running.Missing), running.Generation);
            case RestoredProgram.Fresh fresh:
                int history = StartDecision.HistoryAfterFreshStart(last, pod.Store.NewestGeneration(), fresh.GivesUpNothing);
                RunJournal begun = BeginJournal(pod, last, restoredFrom: null, history);
                RestoredFile.Remove(_options.RestoredFile);
                return (Begin(pod, begun, StartProgram(pod), missing: null), null);
            default:
                Log.Info("SIGTERM came during the restore; the checkpoint is as it was");
                return null;
        }
    }

    private static RunJournal BeginJournal(Pod pod, RunRecord? last, int? restoredFrom, int historyUpTo)
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

    private ChildProcess StartProgram(Pod pod)
    {
        bool isFull = pod.Level == PrivilegeLevel.Full;
        Shelter shelter = Shelter.Find(_options.IoUring == IoUring.Hide, canSaveFilters: isFull, _options.ImageDir!);
        return ProgramStart.Start(_init, _streams, _command, forCheckpoints: true, ownIpcNamespace: isFull, shelter);
    }

    private ProgramRun Begin(Pod pod, RunJournal journal, ChildProcess program, MissingPages? missing)
    {
        _init.Program = program;
        return new ProgramRun(pod, _options, journal, new ProgramStarted(program, _command), missing);
    }

    private RunEnding UntilTheEnd(ProgramRun run, int? restoredFrom, NodeWatch? node, ControlServer? control, Pod pod)
    {
        CheckpointsWhileRunning checkpoints = new(_init, _options, run, node, control);
        if (control is not null)
        {
            control.Status = () => StatusOf(run.Facts(), pod.Level, node?.Latest, run.IsOver ? null : checkpoints.NextAt);
            control.IsOfTree = pid => ControlServer.IsDescendant(pid, run.Program.Pid);
        }

        if (restoredFrom is { } restored)
        {
            run.NoteRestored(restored);
        }

        pod.Store.RemoveLeftovers(() => run.IsOver);
        Libc.GiveBackCode();
        SaveOutcome? last = checkpoints.UntilOver();
        control?.RefuseOrders("the run is ending");
        if (last is null && !run.Program.HasExited)
        {
            last = Terminate(run, node);
        }

        if (last is not SaveOutcome.Committed)
        {
            pod.Store.RemoveLeftovers(() => run.Program.HasExited);
            _init.Wait(() => run.Program.HasExited, Deadline.Never);
        }

        RunEnding ending = last is SaveOutcome.Committed ? new RunEnding.Checkpointed() : run.NoteEnd(run.Program.Exit!.Value, wantedCheckpoint: last is not null);
        Deadline untilRemoved = Deadline.In(s_longestRemoval);
        pod.Store.RemoveLeftovers(() => untilRemoved.HasPassed);
        return ending;
    }

    /// <summary>SIGTERM came: makes a checkpoint, or lets the program end in its own way.</summary>
    /// <returns><see langword="null"/> when no checkpoint was to be made. Unless it is committed, the program has its SIGTERM.</returns>
    private SaveOutcome? Terminate(ProgramRun run, NodeWatch? node)
    {
        NodeAnswer? answer = run.CanCheckpoint
            ? node?.AskNow(NodeStateTimeout(), known => known.IsKnown && _options.CheckpointOn.Contains(known.State), () => run.Program.HasExited)
            : null;
        TerminationDecision decision = run.CanCheckpoint ? TerminationDecision.Decide(answer, _options) : new TerminationDecision(false, "the image directory is read-only");
        Log.Info(decision.MakesCheckpoint ? "SIGTERM: making a checkpoint" : "SIGTERM: no checkpoint, the program gets it", ("because", decision.Reason));
        SaveOutcome? outcome = null;
        if (decision.MakesCheckpoint)
        {
            TimeSpan gone = TimeSpan.FromMilliseconds(Environment.TickCount64 - _init.TerminationRequested!.Value);
            GracePlan plan = GracePlan.From(_options.GracePeriod, gone, answer?.Deadline - DateTimeOffset.UtcNow, answer is { ClocksAgree: true });
            Log.Debug("the time there is", ("checkpointSeconds", plan.ForCheckpoint.TotalSeconds), ("programSeconds", plan.ForProgram.TotalSeconds));
            outcome = run.CheckpointAndEnd(decision.Reason, plan.ForCheckpoint);
            if (outcome is not SaveOutcome.Failed failed)
            {
                return outcome;
            }

            _init.Terminate(); // first: the log may be slow
            Log.Error($"no checkpoint was made: {failed.Reason}. The program gets its SIGTERM; older checkpoints are as they were");
        }

        _init.Terminate();
        return outcome;
    }

    private RunStatus StatusOf(RunFacts run, PrivilegeLevel level, NodeAnswer? node, DateTimeOffset? nextCheckpoint) => new()
    {
        State = run.State,
        Version = CrikVersion.Current,
        Pid = run.Pid,
        StartedAt = run.StartedAt,
        ImageDir = _options.ImageDir!,
        Privileges = level switch { PrivilegeLevel.Full => "full", PrivilegeLevel.Basic => "basic", _ => "none" },
        RestoredFrom = run.RestoredFrom,
        LastCheckpoint = run.Last.Generation,
        LastCheckpointAt = run.Last.At,
        NextCheckpointAt = nextCheckpoint,
        LastFailure = run.Last.Failure,
        MissingMiB = run.MissingMiB,
        Node = node is null ? null : Contracts.NodeStateNames.ToWireName(node.State),
        NodeReason = node?.Reason,
    };

    /// <summary>At most a quarter of the grace period.</summary>
    private TimeSpan NodeStateTimeout() =>
        _options.NodeStateTimeout < _options.GracePeriod / 4 ? _options.NodeStateTimeout : _options.GracePeriod / 4;
}
