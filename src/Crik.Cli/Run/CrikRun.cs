using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Metrics;
using Crik.Nodes;
using Crik.Policy;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>
/// <c>crik run</c>: restores or starts the program, makes checkpoints while it runs, and on SIGTERM makes a last one or forwards the signal.
/// This is the run; the init is beside it, on crik's first thread.
/// </summary>
internal sealed class CrikRun(CrikOptions options, IReadOnlyList<string> command, StandardStreams streams, IInit init)
{
    /// <summary>How long crik goes on removing old directories when all else is done.</summary>
    private static readonly TimeSpan s_longestRemoval = TimeSpan.FromSeconds(2);

    public static RunEnding Start(CrikOptions options, IReadOnlyList<string> command)
    {
        StandardStreams streams = new();
        TimeSpan longestHook = options.AfterCheckpoint is null ? TimeSpan.Zero : options.HookTimeout;
        using InitLoop init = new(options.Termination.GracePeriod, options.ImageDir is null ? 0 : options.CheckpointSignal, longestHook);
        return options.ImageDir is { } imageDir
            ? init.Run(link => new CrikRun(options, command, streams, link).WithCheckpoints(imageDir))
            : new RunEnding.Ended(init.RunPlainly(link => ProgramStart.Start(link, streams, command, forCheckpoints: false, ownIpcNamespace: false)));
    }

    private RunEnding WithCheckpoints(string imageDir)
    {
        ContainerAge age = new();
        RunSetting setting = Setting();
        using RunMetrics metrics = new(options.MetricsFile, () => new RunFigures(setting) { Status = Starting(imageDir) }); // first, so that it ends last
        using ControlServer? control = ControlServer.Start(() => Starting(imageDir));
        control?.Metrics = metrics.Text;
        SlotPool? pool = options.ImageDirSlots > 0 ? new SlotPool(imageDir, options.Start, options.WhenRestoreFails, PodIdentity.Read()) : null;
        RunEnding? ending = null;
        while (ending is null)
        {
            using ImageDirectoryClaim? claim = Claim(imageDir, pool);
            if (claim is null)
            {
                Log.Info(Event.StartInterrupted, "SIGTERM came while waiting for the image directory; nothing was started");
                return new RunEnding.Interrupted();
            }

            ending = RunIn(claim, pool, new Surroundings(age, setting, metrics, control));
        }

        return ending;
    }

    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    private ImageDirectoryClaim? Claim(string imageDir, SlotPool? pool)
    {
        bool Wait(TimeSpan time) => init.Wait(() => init.TerminationRequested is not null, Deadline.In(time));
        if (pool is not null)
        {
            return pool.Take(Wait);
        }

        if (SlotLayout.IsPool(imageDir))
        {
            throw new CheckpointException(
                $"{imageDir} is a pool of slots, and imageDirSlots is not set: set it to the number of replicas, or use another imageDir", FailureKind.CheckpointNotRestored);
        }

        StartPolicy start = options.Start;
        return ImageDirectory.Open(imageDir, start.LockTimeout, Wait, mayBeReadOnly: start.RestoreMode == RestoreMode.Always) is { } directory
            ? new ImageDirectoryClaim(directory)
            : null;
    }

    /// <returns><see langword="null"/> when the slot's state was not restored, so that another slot has to be found.</returns>
    private RunEnding? RunIn(ImageDirectoryClaim claim, SlotPool? pool, Surroundings around)
    {
        (ContainerAge age, RunSetting setting, RunMetrics metrics, ControlServer? control) = around;
        setting.Slot = claim.Slot;
        using NodeWatch? node = NodeSources.Choose(options.Node, PodIdentity.Read().Uid) is { } source ? NodeWatch.Start(source, TellInit) : null;
        Pod pod = new(init, new CheckpointStore(claim.Directory), new InstalledCriu(init, CriuSetup.Find(options.CriuPath)), streams, age);
        SavePolicy save = options.Save! with { ImageDir = claim.Directory.Path };
        setting.CanCheckpoint = pod.Criu.Setup.Problems.Count == 0;
        RunBeginning beginning = new(pod, options.Start, options.Restore, save, command) { Changed = metrics.Note, RestoresOnly = claim.RestoresOnly };
        metrics.Figures = () => new RunFigures(setting) { Status = Starting(claim.Directory.Path), Totals = beginning.Totals };
        switch (beginning.RestoreOrStart())
        {
            case RunBegun.Refused refused:
                pool!.Refuse(claim, refused.Refusal);
                return null;
            case RunBegun.Started(var started):
                ProcTree tree = new(pod.Level, streams, save.InotifyIncompatiblePaths);
                RunPolicy policy = new(options.Start, options.Restore, save, options.Hooks, options.Termination);
                ProgramRun run = new(pod, policy, tree, started) { Changed = metrics.Note, Slot = claim.Slot };
                metrics.Figures = () => run.Figures(setting, run.Status(nextCheckpoint: null, node?.Latest));
                started.Missing?.WhenOver = metrics.Note;
                metrics.Note();
                RunEnding ending = run.UntilTheEnd(() => Accompany(run, node, control, pod));
                metrics.NoteEnd();
                Deadline untilRemoved = Deadline.In(s_longestRemoval);
                pod.Store.RemoveLeftovers(() => untilRemoved.HasPassed);
                return ending;
            default:
                return new RunEnding.Interrupted();
        }
    }

    /// <summary>The init has its own clock, because the run may hang. After SIGTERM it hears only <see cref="Termination"/>.</summary>
    private void TellInit(NodeAnswer node) => init.SetGracePeriod(GracePlan.PeriodOn(node, DateTimeOffset.UtcNow, options.Termination));

    private RunStatus Starting(string imageDir) => new()
    {
        State = init.TerminationRequested is null ? "starting" : "ending",
        Version = CrikVersion.Current,
        ImageDir = imageDir,
    };

    private RunSetting Setting() => new()
    {
        BeganAt = DateTimeOffset.UtcNow,
        Interval = options.CheckpointInterval,
        Limit = GracePlan.From(options.Termination.GracePeriod, gone: TimeSpan.Zero, untilNodeGoes: null).ForCheckpoint,
    };

    /// <summary>Does what there is to do while the program runs, and what SIGTERM asks for.</summary>
    /// <returns>The last checkpoint, if one was to be made. Unless it is committed, the program ends by itself.</returns>
    private SaveOutcome? Accompany(ProgramRun run, NodeWatch? node, ControlServer? control, Pod pod)
    {
        CheckpointsWhileRunning checkpoints = new(init, options.Checkpoints, run, node, control);
        if (control is not null)
        {
            control.Status = () => run.Status(run.IsOver ? null : checkpoints.NextAt, node?.ForPeople) with
            {
                CheckpointAtTermination = control.Orders.IsForTermination ? true : null,
            };
            control.Orders.ObstacleToTermination = run.CanCheckpoint ? null : "the image directory is read-only";
            control.IsOfTree = pid => ControlServer.IsDescendant(pid, run.Program.Pid);
        }

        SaveOutcome? last;
        try
        {
            run.NoteRestored(options.RestoredSignal);
            pod.Store.RemoveLeftovers(() => run.IsOver);
            Libc.GiveBackCode();
            last = checkpoints.UntilOver();
        }
        finally
        {
            control?.Orders.Refuse("the run is ending");
        }

        return last is null && !run.Program.HasExited ? new Termination(init, options.Termination, run).Run(node, control?.Orders.IsForTermination ?? false) : last;
    }

    /// <summary>What crik makes once, before it has an image directory.</summary>
    private sealed record Surroundings(ContainerAge Age, RunSetting Setting, RunMetrics Metrics, ControlServer? Control);
}
