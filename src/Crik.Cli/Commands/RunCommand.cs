using Crik.Checkpoints;
using Crik.Configuration;
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

    /// <summary>For a hung disk: the program runs meanwhile, but for the part in which it is read.</summary>
    private static readonly TimeSpan s_longestWhileRunning = TimeSpan.FromMinutes(10);

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
        using ImageDirectory? directory = ImageDirectory.Open(imageDir, _options.LockTimeout, _supervisor);
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
        StartedProgram started = new ProgramRestore(_supervisor, store, _options, criu, _streams).Try(decision.Generations);
        if (started.Interrupted)
        {
            Log.Info("SIGTERM came during the restore; the checkpoint is as it was");
            return Terminated;
        }

        RunRecord run = new()
        {
            RunId = Guid.NewGuid().ToString("n"),
            StartedAt = DateTimeOffset.UtcNow,
            HostName = Environment.MachineName,
            RestoredFrom = started.Generation,
            HistoryUpTo = started.Program is not null ? last?.HistoryUpTo ?? 0 : store.NewestGeneration(),
            Skipped = last?.Skipped,
        };
        RecordStart(store, run);
        ChildProcess program = started.Program
            ?? ProgramStart.Start(_supervisor, _streams, _command, forCheckpoints: true, ownIpcNamespace: criu.Level == PrivilegeLevel.Full);
        _supervisor.Program = program;
        return UntilTheEnd(store, criu, run, program, node);
    }

    private int UntilTheEnd(CheckpointStore store, CriuSetup criu, RunRecord run, ChildProcess program, NodeWatch? node)
    {
        WaitForTermination(store, criu, run, program, node);
        bool checkpointFailed = false;
        if (!program.HasExited)
        {
            NodeAnswer? answer = node?.AskNow(_supervisor, NodeStateTimeout(), known => known.IsKnown && _options.CheckpointOn.Contains(known.State));
            TerminationDecision decision = TerminationDecision.Decide(answer, _options);
            Log.Info(decision.MakesCheckpoint ? "SIGTERM: making a checkpoint" : "SIGTERM: no checkpoint, the program gets it", ("because", decision.Reason));
            if (decision.MakesCheckpoint && FinalCheckpoint(store, criu, run, program, answer))
            {
                return _options.CheckpointExitCode;
            }

            checkpointFailed = decision.MakesCheckpoint;
            _supervisor.HoldsTermination = false;
            _supervisor.SendToProgram(Signal.SIGTERM);
            _supervisor.Wait(() => program.HasExited, Deadline.Never);
        }

        ExitStatus exit = program.Exit!.Value;
        bool lost = checkpointFailed || exit.Signal == Signal.SIGKILL;
        RecordEnd(store, run, lost ? RunEndKind.Lost : RunEndKind.Exited, exit);
        Log.Info("the program ended", ("with", exit));
        return exit.ToExitCode();
    }

    /// <summary>Ends with the program, or at SIGTERM. Until then it hears what becomes of the node.</summary>
    private void WaitForTermination(CheckpointStore store, CriuSetup criu, RunRecord run, ChildProcess program, NodeWatch? node)
    {
        bool IsOver() => program.HasExited || _supervisor.TerminationRequested is not null;
        NodeWarnings warnings = new(_supervisor, _options, () => CheckpointWhileRunning(store, criu, run, program));
        while (!IsOver())
        {
            _supervisor.Wait(IsOver, Deadline.Never, node?.NewsDescriptor ?? -1);
            if (node is not null && !IsOver())
            {
                warnings.Hear(node.TakeNews());
            }
        }
    }

    /// <summary>A quarter of the grace period at most.</summary>
    private TimeSpan NodeStateTimeout() =>
        _options.NodeStateTimeout < _options.GracePeriod / 4 ? _options.NodeStateTimeout : _options.GracePeriod / 4;

    private void CheckpointWhileRunning(CheckpointStore store, CriuSetup criu, RunRecord run, ChildProcess program)
    {
        CheckpointOutcome outcome = Take(store, criu, new CheckpointRequest(program, run, _command, LeaveRunning: true), s_longestWhileRunning);
        if (outcome.Failure is { } failure)
        {
            Log.Error($"no checkpoint was made: {failure}. The program runs on; older checkpoints are as they were");
            return;
        }

        Prune(store);
    }

    /// <returns>Whether the program is now a committed checkpoint. If not it runs on, unharmed.</returns>
    private bool FinalCheckpoint(CheckpointStore store, CriuSetup criu, RunRecord run, ChildProcess program, NodeAnswer? node)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        GracePlan plan = GracePlan.From(_options.GracePeriod, now - _supervisor.TerminationRequested!.Value, node?.Deadline - now);
        Log.Debug("the time there is", ("checkpointSeconds", plan.ForCheckpoint.TotalSeconds), ("programSeconds", plan.ForProgram.TotalSeconds));
        CheckpointOutcome outcome = Take(store, criu, new CheckpointRequest(program, run, _command), plan.ForCheckpoint);
        if (outcome.Generation is not { } generation)
        {
            Log.Error($"no checkpoint was made: {outcome.Failure}. The program gets its SIGTERM; older checkpoints are as they were");
            TerminationLog.Add($"no checkpoint was made: {outcome.Failure}");
            return false;
        }

        RecordEnd(store, run, RunEndKind.Checkpointed, new ExitStatus(_options.CheckpointExitCode, 0));
        Prune(store);
        TerminationLog.Add($"checkpoint {generation} was made; the next start goes on from it");
        return true;
    }

    private CheckpointOutcome Take(CheckpointStore store, CriuSetup criu, CheckpointRequest request, TimeSpan time) =>
        criu.Problems.Count > 0
            ? new CheckpointOutcome(null, criu.Problems[0])
            : new TakeCheckpoint(_supervisor, store, _options, criu, _streams).Run(request, Deadline.In(time));

    private void Prune(CheckpointStore store)
    {
        try
        {
            store.Prune(_options.Keep);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("old checkpoints could not be removed", ("reason", exception.Message));
        }
    }

    /// <summary>
    /// A restored program goes on without: the old record still leads to the checkpoint it came from. A fresh one may not be
    /// started, for after a crash the old record would bring back what was before it.
    /// </summary>
    private static void RecordStart(CheckpointStore store, RunRecord run)
    {
        try
        {
            store.WriteRunRecord(run);
        }
        catch (IOException exception) when (run.RestoredFrom is not null)
        {
            Log.Error("the start of the run could not be recorded", ("reason", exception.Message));
        }
    }

    /// <summary>Should this fail, the next start takes the run for one that vanished and goes on from the newest checkpoint.</summary>
    private static void RecordEnd(CheckpointStore store, RunRecord run, RunEndKind kind, ExitStatus exit)
    {
        try
        {
            store.WriteRunRecord(run with
            {
                HistoryUpTo = kind == RunEndKind.Exited ? store.NewestGeneration() : run.HistoryUpTo,
                End = new RunEnd(kind, DateTimeOffset.UtcNow, exit.Code, exit.Signal),
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Error("the end of the run could not be recorded", ("reason", exception.Message));
        }
    }
}
