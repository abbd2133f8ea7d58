using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Nodes;
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
        ContainerAge age = new();
        using ControlServer? control = ControlServer.Start(() => new RunStatus
        {
            State = _init.TerminationRequested is null ? "starting" : "ending",
            Version = CrikVersion.Current,
            ImageDir = imageDir,
        });
        StartPolicy start = _options.Start;
        using ImageDirectory? directory = ImageDirectory.Open(
            imageDir, start.LockTimeout, time => _init.Wait(() => _init.TerminationRequested is not null, Deadline.In(time)), mayBeReadOnly: start.RestoreMode == RestoreMode.Always);
        if (directory is null)
        {
            Log.Info("SIGTERM came while waiting for the image directory; nothing was started");
            return new RunEnding.Interrupted();
        }

        using NodeWatch? node = NodeSources.Choose(_options.Node) is { } source ? NodeWatch.Start(source) : null;
        Pod pod = new(_init, new CheckpointStore(directory), new InstalledCriu(_init, CriuSetup.Find(_options.CriuPath)), _streams, age);
        SavePolicy save = _options.Save!;
        if (new RunBeginning(pod, start, _options.Restore, save, _command).RestoreOrStart() is not { } begun)
        {
            return new RunEnding.Interrupted();
        }

        ProcTree tree = new(pod.Level, _streams, save.InotifyIncompatiblePaths);
        ProgramRun run = new(pod, new RunPolicy(save, _options.Hooks, _options.Termination), tree, begun.Journal, begun.Started);
        RunEnding ending = run.UntilTheEnd(() => Accompany(run, node, control, pod));
        Deadline untilRemoved = Deadline.In(s_longestRemoval);
        pod.Store.RemoveLeftovers(() => untilRemoved.HasPassed);
        return ending;
    }

    /// <summary>Does what there is to do while the program runs, and what SIGTERM asks for.</summary>
    /// <returns>The last checkpoint, if one was to be made. Unless it is committed, the program ends by itself.</returns>
    private SaveOutcome? Accompany(ProgramRun run, NodeWatch? node, ControlServer? control, Pod pod)
    {
        CheckpointsWhileRunning checkpoints = new(_init, _options.Checkpoints, run, node, control);
        if (control is not null)
        {
            control.Status = () => StatusOf(run.Facts(), pod.Level, node?.Latest, run.IsOver ? null : checkpoints.NextAt);
            control.IsOfTree = pid => ControlServer.IsDescendant(pid, run.Program.Pid);
        }

        SaveOutcome? last;
        try
        {
            if (run.Facts().RestoredFrom is { } restored)
            {
                run.NoteRestored(restored, _options.RestoredSignal);
            }

            pod.Store.RemoveLeftovers(() => run.IsOver);
            Libc.GiveBackCode();
            last = checkpoints.UntilOver();
        }
        finally
        {
            control?.RefuseOrders("the run is ending");
        }

        return last is null && !run.Program.HasExited ? new Termination(_init, _options.Termination, run).Run(node) : last;
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
}
