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
        StartPolicy start = options.Start;
        using ImageDirectory? directory = ImageDirectory.Open(
            imageDir, start.LockTimeout, time => init.Wait(() => init.TerminationRequested is not null, Deadline.In(time)), mayBeReadOnly: start.RestoreMode == RestoreMode.Always);
        if (directory is null)
        {
            Log.Info(Event.StartInterrupted, "SIGTERM came while waiting for the image directory; nothing was started");
            return new RunEnding.Interrupted();
        }

        using NodeWatch? node = NodeSources.Choose(options.Node, PodIdentity.Read().Uid) is { } source ? NodeWatch.Start(source, TellInit) : null;
        Pod pod = new(init, new CheckpointStore(directory), new InstalledCriu(init, CriuSetup.Find(options.CriuPath)), streams, age);
        SavePolicy save = options.Save!;
        setting.CanCheckpoint = pod.Criu.Setup.Problems.Count == 0;
        RunBeginning beginning = new(pod, start, options.Restore, save, command) { Changed = metrics.Note };
        metrics.Figures = () => new RunFigures(setting) { Status = Starting(imageDir), Totals = beginning.Totals };
        if (beginning.RestoreOrStart() is not { } started)
        {
            return new RunEnding.Interrupted();
        }

        ProcTree tree = new(pod.Level, streams, save.InotifyIncompatiblePaths);
        ProgramRun run = new(pod, new RunPolicy(start, options.Restore, save, options.Hooks, options.Termination), tree, started) { Changed = metrics.Note };
        metrics.Figures = () => run.Figures(setting, run.Status(nextCheckpoint: null, node?.Latest));
        started.Missing?.WhenOver = metrics.Note;
        metrics.Note();
        RunEnding ending = run.UntilTheEnd(() => Accompany(run, node, control, pod));
        metrics.NoteEnd();
        Deadline untilRemoved = Deadline.In(s_longestRemoval);
        pod.Store.RemoveLeftovers(() => untilRemoved.HasPassed);
        return ending;
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
            control.Status = () => run.Status(run.IsOver ? null : checkpoints.NextAt, node?.ForPeople);
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

        return last is null && !run.Program.HasExited ? new Termination(init, options.Termination, run).Run(node) : last;
    }
}
