using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Commands;

/// <summary>
/// <c>crik run</c>: restore or start, be an init while the program runs, on SIGTERM make a checkpoint or forward it, and
/// end with the right code.
/// </summary>
internal sealed class RunCommand
{
    private const int Terminated = 128 + Signal.SIGTERM;

    /// <summary>For what was to be removed; on a disk that is well nothing is left by then.</summary>
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromSeconds(2);

    private readonly CrikOptions _options;
    private readonly IReadOnlyList<string> _command;
    private readonly StandardStreams _streams;
    private readonly Supervisor _supervisor;

    private RunCommand(CrikOptions options, IReadOnlyList<string> command, StandardStreams streams, Supervisor supervisor)
    {
        _options = options;
        _command = command;
        _streams = streams;
        _supervisor = supervisor;
    }

    /// <returns>The exit code.</returns>
    public static int Run(CrikOptions options, IReadOnlyList<string> command)
    {
        StandardStreams streams = new();
        using Supervisor supervisor = new();
        RunCommand run = new(options, command, streams, supervisor);
        return options.ImageDir is { } imageDir ? run.WithCheckpoints(imageDir) : run.Plainly();
    }

    /// <summary>Without an image directory crik is an init and nothing else.</summary>
    private int Plainly()
    {
        ChildProcess program = ProgramStart.Start(_supervisor, _streams, _command, forCheckpoints: false, ownIpcNamespace: false);
        _supervisor.Program = program;
        _supervisor.Wait(() => program.HasExited, Deadline.Never);
        return program.Exit!.Value.ToExitCode();
    }

    private int WithCheckpoints(string imageDir)
    {
        StartTime.Note();
        _supervisor.HoldsTermination = true;
        _supervisor.CheckpointSignal = _options.CheckpointSignal;
        using ControlSocket? control = ControlSocket.Open(_supervisor, () => new RunStatus
        {
            State = _supervisor.TerminationRequested is null ? "starting" : "ending",
            Version = CrikVersion.Current,
            ImageDir = imageDir,
        });
        using ImageDirectory? directory = ImageDirectory.Open(imageDir, _options.LockTimeout, _supervisor, mayBeReadOnly: _options.RestoreMode == RestoreMode.Always);
        if (directory is null)
        {
            Log.Info("SIGTERM came while waiting for the image directory; nothing was started");
            return Terminated;
        }

        using NodeWatch? node = NodeSources.Choose(_options) is { } source ? NodeWatch.Start(source) : null;
        CheckpointStore store = new(directory);
        store.SweepUnfinished();
        CriuSetup criu = CriuSetup.Find(_options);
        foreach (string problem in criu.Problems)
        {
            Log.Warning("no checkpoint can be made here: " + problem);
        }

        RunRecord? last = store.ReadRunRecord();
        StartDecision decision = StartDecision.Decide(last, store.Generations(), _options.RestoreMode, _options.WhenCrashed);
        Log.Info(decision.Generations.Count > 0 ? "restoring" : "starting afresh", ("because", decision.Reason));
        StartedProgram started = new ProgramRestore(
            _supervisor, store, _options, criu, _streams, failedLazily: last?.End?.Kind == RunEndKind.Incomplete).Try(decision.Generations);
        using MissingPages? missing = started.Missing;
        if (started.Interrupted)
        {
            Log.Info("SIGTERM came during the restore; the checkpoint is as it was");
            return Terminated;
        }

        RunRecord record = new()
        {
            RunId = Guid.NewGuid().ToString("n"),
            StartedAt = DateTimeOffset.UtcNow,
            HostName = Environment.MachineName,
            RestoredFrom = started.Generation,
            HistoryUpTo = started.Program is not null ? last?.HistoryUpTo ?? 0 : store.NewestGeneration(),
            Skipped = last?.Skipped,
            Speeds = last?.Speeds ?? WriteSpeeds.Unknown,
        };
        ProgramRun.RecordStart(store, record);
        if (started.Program is null)
        {
            RestoredFile.Remove(_options);
        }

        ChildProcess program = started.Program
            ?? ProgramStart.Start(
                _supervisor, _streams, _command, forCheckpoints: true, ownIpcNamespace: criu.Level == PrivilegeLevel.Full,
                Shelter.Find(_options.IoUring == IoUring.Hide, canSaveFilters: criu.Level == PrivilegeLevel.Full, imageDir));
        _supervisor.Program = program;
        int code = UntilTheEnd(new ProgramRun(_supervisor, store, _options, criu, _streams, program, record, _command, missing), started.Generation, node, control);
        store.FinishRemoving(s_lastMoment);
        return code;
    }

    private int UntilTheEnd(ProgramRun run, int? restoredFrom, NodeWatch? node, ControlSocket? control)
    {
        CheckpointsWhileRunning checkpoints = new(_supervisor, _options, run, node, control);
        if (control is not null)
        {
            control.Status = checkpoints.Status;
        }

        if (restoredFrom is { } restored)
        {
            run.Restored(restored);
        }

        CheckpointOutcome? last = checkpoints.UntilOver();
        control?.RefuseOrders("the run is ending");
        if (last is null && !run.Program.HasExited)
        {
            last = Terminate(run, node);
        }

        if (last is { IsCommitted: true })
        {
            return _options.CheckpointExitCode;
        }

        _supervisor.Wait(() => run.Program.HasExited, Deadline.Never);
        ExitStatus exit = run.Program.Exit!.Value;
        if (run.Incomplete is not null)
        {
            run.RecordEnd(RunEndKind.Incomplete, exit);
            return ExitCodes.CheckpointNotRestored;
        }

        bool lost = last is not null || exit.Signal == Signal.SIGKILL;
        run.RecordEnd(lost ? RunEndKind.Lost : RunEndKind.Exited, exit);
        Log.Info("the program ended", ("with", exit));
        return exit.ToExitCode();
    }

    /// <summary>SIGTERM: a checkpoint, or the program's own way to end.</summary>
    /// <returns><see langword="null"/> when none was to be made. Unless it is committed, the program has its SIGTERM.</returns>
    private CheckpointOutcome? Terminate(ProgramRun run, NodeWatch? node)
    {
        NodeAnswer? answer = run.CanCheckpoint ? node?.AskNow(_supervisor, NodeStateTimeout(), known => known.IsKnown && _options.CheckpointOn.Contains(known.State)) : null;
        TerminationDecision decision = run.CanCheckpoint ? TerminationDecision.Decide(answer, _options) : new TerminationDecision(false, "the image directory is read-only");
        Log.Info(decision.MakesCheckpoint ? "SIGTERM: making a checkpoint" : "SIGTERM: no checkpoint, the program gets it", ("because", decision.Reason));
        CheckpointOutcome? outcome = null;
        if (decision.MakesCheckpoint)
        {
            TimeSpan gone = TimeSpan.FromMilliseconds(Environment.TickCount64 - _supervisor.TerminationRequested!.Value);
            GracePlan plan = GracePlan.From(_options.GracePeriod, gone, answer?.Deadline - DateTimeOffset.UtcNow);
            Log.Debug("the time there is", ("checkpointSeconds", plan.ForCheckpoint.TotalSeconds), ("programSeconds", plan.ForProgram.TotalSeconds));
            outcome = run.CheckpointAndEnd(decision.Reason, plan.ForCheckpoint);
            if (outcome.IsCommitted)
            {
                return outcome;
            }

            Log.Error($"no checkpoint was made: {outcome.Failure}. The program gets its SIGTERM; older checkpoints are as they were");
        }

        _supervisor.HoldsTermination = false;
        _supervisor.SendToProgram(Signal.SIGTERM);
        return outcome;
    }

    /// <summary>A quarter of the grace period at most.</summary>
    private TimeSpan NodeStateTimeout() =>
        _options.NodeStateTimeout < _options.GracePeriod / 4 ? _options.NodeStateTimeout : _options.GracePeriod / 4;
}
