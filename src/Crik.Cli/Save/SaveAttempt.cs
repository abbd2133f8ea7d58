using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Policy;
using Crik.Store;

namespace Crik.Save;

/// <summary>One attempt to make a checkpoint: a conversation with one criu, in which each message leads from one <see cref="SaveState"/> to the next.</summary>
internal sealed class SaveAttempt(Pod pod, SavePolicy policy, ITree trees, SaveRequest request, EarlierAttempt? before)
{
    public const string LetGoByInit = "time was up, and the program had to go on before its checkpoint was committed";

    private const int FirstCriuThatCompresses = 40300;
    private const string Terminated = "SIGTERM came";

    /// <summary>
    /// Keeps criu from opening each file for its build-id (store_validation_data_build_id, criu/files-reg.c): it would wait for 45 s for each
    /// file with a lease, and break the lease. A restore compares the sizes then.
    /// </summary>
    private static ReadOnlySpan<byte> LeaveLeases => "file-validation filesize\n"u8;

    /// <summary>How long criu may take to end the tree and to report it.</summary>
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(5);

    /// <summary>How long criu may take to take its code out of the tree when crik gives up a dump.</summary>
    private static readonly TimeSpan s_giveUp = TimeSpan.FromSeconds(2);

    /// <summary>The part of the remaining time that each search for names of files may take: watched ones, renamed ones, and sockets.</summary>
    private const int ShareOfSearch = 8;

    private readonly StepClock _clock = new(RunTotals.CheckpointSteps.Length);
    private readonly CapturedFiles _files = new(policy, pod.Age);
    private SaveState _state = new SaveState.Asked();
    private IReadOnlyList<int> _stopped = [];
    private FrozenTree? _tree;
    private InotifyWatches? _watches;
    private RenamedFiles? _renamed;
    private SavePlan? _plan;
    private TimeSpan _margin = s_giveUp;

    /// <summary>What the next attempt should know; to be asked after this one failed.</summary>
    public EarlierAttempt? Leftover { get; private set; }

    public SaveOutcome Run()
    {
        CheckpointDraft? draft = null;
        try
        {
            IReadOnlyList<int> tasks = trees.Tasks(request.Program.Pid);
            if (trees.Objection(tasks) is { } objection)
            {
                return new SaveOutcome.Failed(objection);
            }

            trees.Advise(tasks);
            long size = trees.ResidentBytes(tasks);
            draft = pod.Store.Begin();
            return WithCriu(draft, size);
        }
#pragma warning disable CA1031 // No failure of a save may harm the program. When crik gives up, criu lets it run on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return _state is SaveState.Committed committed
                ? EndTreeOfEndedCriu(committed, draft!.Generation, ("reason", Faults.Reason(exception)))
                : new SaveOutcome.Failed(Explain(exception, draft), exception is CheckpointException || (exception is CriuException && _plan is not null) ? Repeat.No : Repeat.Once);
        }
        finally
        {
            pod.Init.EndSave();
            _renamed?.Unlink();
            if (draft is { IsCommitted: false })
            {
                PutOnWatches();
                Leftover = new EarlierAttempt(_tree, Leftover?.HasUndelivered ?? false);
            }

            draft?.Dispose();
        }
    }

    /// <summary>A save that leaves the program running makes way for the last checkpoint.</summary>
    private bool GiveUp() => request.LeaveRunning && pod.Init.TerminationRequested is not null;

    private SaveOutcome WithCriu(CheckpointDraft draft, long size)
    {
        using FileDescriptor images = Libc.Open(draft.ImagesPath, Libc.O_RDONLY | Libc.O_DIRECTORY);
        using FileDescriptor output = Libc.Open(
            Path.Combine(draft.ImagesPath, CheckpointLayout.CriuOutput), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, FileModes.OwnFile);
        using ICriuSession criu = pod.Criu.StartForDump(output, policy.ShareSysvMemory);
        criu.Send(CriuRequest.ForVersion());
        int version = criu.Receive(request.Deadline, GiveUp) is CriuReply.Said said ? said.Message.Version : throw CriuProcess.NoAnswer(pod.Criu.Setup.File);
        WriteSpeeds speeds = request.Run.Speeds;
        long free = Libc.FreeBytes(policy.ImageDir);
        _plan = new SavePlan(version, size, Compresses(version, size, free, speeds));
        if (Objection(_plan, free, speeds) is { } objection)
        {
            return new SaveOutcome.Failed(objection);
        }

        _margin = GraceClock.ReserveOf(request.Deadline.Left * 4 / 3) / 3; // the init waits this much longer before it takes the program from criu by itself
        if (!pod.Init.TryHoldProgram(criu.Process, Deadline.In(request.Deadline.Left + _margin)))
        {
            return new SaveOutcome.Failed(LetGoByInit);
        }

        _stopped = trees.Stopped(trees.Tasks(request.Program.Pid)); // from here on no signal from outside stops or continues one
        using FileDescriptor? settings = ProcFs.HasLeases() ? Libc.MakeMemoryFile("criu.conf", LeaveLeases) : null;
        criu.Send(CriuRequest.ForDump(new DumpOptions(
            request.Program.Pid, images.Number, pod.Level, request.LeaveRunning, policy.GhostLimit, policy.InotifyIncompatiblePaths,
            [.. CheckpointDescription.ExternalMounts().Select(point => $"mnt[{point}]:{point}")])
        {
            LogFile = CheckpointLayout.DumpLog,
            Compress = _plan.Compresses,
            ConfigFile = settings is null ? null : $"/proc/{Environment.ProcessId}/fd/{settings.Number}",
        }));
        Work total = new(speeds.Foresee(size, _plan.Compresses));
        return Converse(criu, draft, new Progress(Event.CheckpointProgress, "writing the checkpoint", total, () => new Work(ProcFs.BytesWritten(criu.Process.Pid))));
    }

    private SaveOutcome Converse(ICriuSession criu, CheckpointDraft draft, Progress progress)
    {
        while (true)
        {
            CriuReply reply = _state is SaveState.Committed ? criu.Receive(Deadline.In(s_lastWord), GiveUp) : criu.Receive(request.Deadline, GiveUp, progress);
            if (reply is CriuReply.Said { Message: { Type: CriuRequest.Notify } notification })
            {
                Hear(notification.Script, criu, draft);
                continue;
            }

            return (_state, reply) switch
            {
                (SaveState.Captured saved, CriuReply.Said { Message: { Type: CriuRequest.Dump, Success: true } }) => CommitAfterwards(saved, draft),
                (SaveState.Committed committed, CriuReply.Said { Message: { Type: CriuRequest.Dump, Success: true } }) => EndTree(committed, draft.Generation),
                (SaveState.Committed committed, _) => EndTreeOfEndedCriu(committed, draft.Generation),
                _ => Fail(criu, draft, reply),
            };
        }
    }

    /// <summary>Answers one of criu's notifications, and moves on to the next state.</summary>
    private void Hear(string? script, ICriuSession criu, CheckpointDraft draft)
    {
        switch (script)
        {
            case "query-ext-files" when _state is SaveState.Asked:
                _state = Freeze();
                criu.Send(CriuRequest.ForNotify(goOn: true, _tree!.External));
                break;

            case "post-dump":
                _renamed?.Unlink();
                _state = _state switch
                {
                    SaveState.Frozen still => Capture(still, draft),
                    SaveState.Asked => new SaveState.Refused("criu reported a finished dump without having frozen the program", Repeat.Once),
                    _ => _state,
                };
                if (_state is not SaveState.Committed)
                {
                    PutOnWatches();
                }

                criu.TrySend(CriuRequest.ForNotify(goOn: _state is SaveState.Captured or SaveState.Committed, []));
                break;

            default:
                criu.Send(CriuRequest.ForNotify(goOn: true, []));
                break;
        }
    }

    private SaveState.Frozen Freeze()
    {
        TimeSpan at = End(CheckpointStep.Freezing);
        FrozenTree tree = trees.Read(request.Program.Pid, _stopped);
        _watches = trees.TakeOffWatches(tree, Deadline.In(request.Deadline.Left / ShareOfSearch));
        _renamed = trees.LinkRenamed(tree, Deadline.In(request.Deadline.Left / ShareOfSearch));
        if (before is { HasUndelivered: true } && !request.LeaveRunning)
        {
            trees.DropUndelivered(tree);
        }

        Lazy<IReadOnlyList<WrittenFile>> written = new(() => WrittenFiles.Read(tree, policy.AdditionalPaths, Mount.ReadAll()));
        Lazy<IReadOnlyList<SocketFile>> sockets = new(() => trees.FindSocketFiles(tree, pod.Age.Lifetime(), Deadline.In(request.Deadline.Left / ShareOfSearch)));
        BackgroundWork.Begin(() => (_, _) = (sockets.Value, written.Value)); // beside criu's dump
        return new SaveState.Frozen(_tree = tree, _watches, _renamed, written, sockets, at);
    }

    private SaveState Capture(SaveState.Frozen frozen, CheckpointDraft draft)
    {
        End(CheckpointStep.Dumping);
        if (before?.Tree is { } earlier && trees.HasLostOne(earlier))
        {
            return new SaveState.Refused("a process of the program died when the attempt before failed; the checkpoint before has it");
        }

        SaveState.Captured? captured = null;
        if (InBackground("copying files", cancellation => captured = _files.Capture(draft, frozen, cancellation)) is { } failure)
        {
            return new SaveState.Refused(failure);
        }

        End(CheckpointStep.Copying);
        return request.LeaveRunning ? captured! : CommitWhileFrozen(captured!, draft);
    }

    /// <summary>Commits while the tree is frozen, and makes sure that it stays frozen even if criu is killed.</summary>
    private SaveState CommitWhileFrozen(SaveState.Captured saved, CheckpointDraft draft)
    {
        FrozenTree tree = saved.Before.Tree;
        if (Seal(saved, draft) is { } failure)
        {
            return new SaveState.Refused(failure);
        }

        bool isHeld = trees.TryHold(tree);
        string? refused = !isHeld ? "criu ended, and the program ran on, before its checkpoint was committed"
            : !pod.Init.TryCommit([.. tree.Living.Except(tree.Stopped)]) ? LetGoByInit
            : Try(draft.Commit) ?? (pod.Init.NoteCommitted() ? null : TakeBack(draft));
        if (refused is null)
        {
            Log.Info(Event.CheckpointCommitted, "checkpoint committed", ("generation", draft.Generation), ("ms", (long)End(CheckpointStep.Committing).TotalMilliseconds),
                ("tasks", tree.Tasks.Count), ("criu", _plan!.CriuVersion), ("mode", pod.Level));
            return new SaveState.Committed(tree);
        }

        trees.LetGo(tree);
        return new SaveState.Refused(refused, isHeld ? Repeat.No : Repeat.Once);
    }

    private static string TakeBack(CheckpointDraft draft) =>
        Try(draft.TakeBack) is { } problem ? $"{LetGoByInit}, and checkpoint {draft.Generation} could not be taken back: {problem}" : LetGoByInit;

    /// <summary>Commits the state that the program had when it was frozen. The program runs again already.</summary>
    private SaveOutcome CommitAfterwards(SaveState.Captured saved, CheckpointDraft draft)
    {
        TimeSpan frozen = End(CheckpointStep.Releasing) - saved.Before.At;
        pod.Init.EndSave();
        if ((Seal(saved, draft) ?? Try(draft.Commit)) is { } failure)
        {
            return new SaveOutcome.Failed(failure);
        }

        Log.Info(Event.CheckpointCommitted, "checkpoint committed, the program runs on", ("generation", draft.Generation), ("ms", (long)End(CheckpointStep.Committing).TotalMilliseconds),
            ("frozenMs", (long)frozen.TotalMilliseconds), ("tasks", saved.Before.Tree.Tasks.Count));
        return Measured(draft.Generation, saved.Before.Written.Value);
    }

    private string? Seal(SaveState.Captured saved, CheckpointDraft draft) => InBackground("waiting for the disk of the image directory", _ =>
    {
        long? compressed = _plan!.Compresses ? _plan.Bytes : null;
        CheckpointManifest manifest = CheckpointDescription.Of(draft, request, saved, pod.Level, _plan.CriuVersion, compressed, policy.ChecksumPages);
        _plan = _plan with { Size = manifest.Size };
        draft.WritePages();
        _plan = _plan with { Writing = _clock.Elapsed };
        draft.Seal(manifest);
        End(CheckpointStep.Syncing);
    });

    private TimeSpan End(CheckpointStep step) => _clock.End((int)step);

    private SaveOutcome.Committed Measured(int generation, IReadOnlyList<WrittenFile>? written = null) => new(
        generation, _plan!.Compresses ? _plan.Bytes : _plan.Size.Memory, _plan.Compresses ? _plan.Size.Memory : null, _plan.Writing)
    {
        Steps = _clock.Steps,
        Size = _plan.Size,
        WrittenFiles = written ?? [],
    };

    /// <summary>Does slow work that can fail on a separate thread, so that the run can react to time limits and SIGTERM meanwhile.</summary>
    /// <returns>Why it failed; <see langword="null"/> when it succeeded.</returns>
    private string? InBackground(string what, Action<CancellationToken> work)
    {
        Stopwatch clock = Stopwatch.StartNew();
        void Report() => Log.Info(Event.CheckpointProgress, what, ("seconds", (long)clock.Elapsed.TotalSeconds), ("unwrittenMib", ProcFs.UnwrittenBytes() >> 20));
        bool inTime = true;
        return Try(() => inTime = BackgroundWork.Run(pod.Init, request.Deadline, work, GiveUp, Report))
            ?? (inTime ? null
                : GiveUp() ? Terminated
                : "the copy of the additional paths or the sync of the image directory did not end within the grace period");
    }

    private static string? Try(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CrikException or InvalidDataException or OperationCanceledException)
        {
            return Faults.Reason(exception);
        }
    }

    private void PutOnWatches()
    {
        if (_watches is not null)
        {
            trees.PutOnWatches(_watches);
        }
    }

    /// <summary>Ends criu after a failed dump, and explains why the dump failed.</summary>
    private SaveOutcome.Failed Fail(ICriuSession criu, CheckpointDraft draft, CriuReply reply)
    {
        TimeSpan patience = _margin / 2; // before the init loses patience
        criu.GiveUp(patience < s_giveUp ? patience : s_giveUp);
        switch (_state, reply)
        {
            case (SaveState.Refused refused, _):
                return new SaveOutcome.Failed(refused.Reason, refused.Repeat);
            case (_, CriuReply.Interrupted):
                return new SaveOutcome.Failed(Terminated);
            case (_, CriuReply.TimeIsUp):
                return new SaveOutcome.Failed("the dump did not end within the grace period; raise gracePeriod and the pod's terminationGracePeriodSeconds together");
        }

        CriuException explained = CriuLog.Explain(
            "criu could not save the program", Path.Combine(draft.ImagesPath, CheckpointLayout.DumpLog), OutputOf(draft),
            Libc.FreeBytes(draft.ImagesPath) < Environment.SystemPageSize, CriuLog.Ending(criu.EndSignal, longest: null));
        Leftover = new EarlierAttempt(_tree, explained.IsUndelivered);
        string? kept = pod.Store.KeepDumpLog(draft);
        foreach (string line in explained.Evidence)
        {
            Log.Warning(Event.CriuSaid, "criu: " + line);
        }

        // A criu that died without a message may have left a task in the middle of criu's code. That task is about to die, so a second attempt
        // would save a tree that cannot be restored.
        Repeat repeat = reply is CriuReply.Ended || explained.Lasts ? Repeat.No : explained.IsFromOutside ? Repeat.WhileTimeLasts : Repeat.Once;
        return new SaveOutcome.Failed(kept is null ? explained.Message : $"{explained.Message} (its log: {kept})", repeat);
    }

    /// <summary>Reads criu's output for the reason when criu sent no message.</summary>
    private static string Explain(Exception exception, CheckpointDraft? draft) =>
        exception is CriuException && draft is { IsCommitted: false } && OutputOf(draft) is { } output ? $"{exception.Message} ({output})" : Faults.Reason(exception);

    private static string? OutputOf(CheckpointDraft draft)
    {
        string[] lines = File.Exists(Path.Combine(draft.ImagesPath, CheckpointLayout.DumpLog)) ? []
            : ProcFs.Lines(Path.Combine(draft.ImagesPath, CheckpointLayout.CriuOutput));
        return lines.Length == 0 ? null : $"criu says: {lines[^1].Trim()}";
    }

    private SaveOutcome.Committed EndTreeOfEndedCriu(SaveState.Committed committed, int generation, params (string Key, object? Value)[] why)
    {
        Log.Warning(Event.CriuEndedBadly, "criu ended badly after the checkpoint was committed; the checkpoint counts", [("generation", generation), .. why]);
        return EndTree(committed, generation);
    }

    /// <summary>Ends the tree if criu did not end it after a good dump, because the program must not run on beside its checkpoint.</summary>
    private SaveOutcome.Committed EndTree(SaveState.Committed committed, int generation)
    {
        if (!pod.Init.Wait(() => request.Program.HasExited, Deadline.In(TimeSpan.FromSeconds(1))))
        {
            trees.Kill(committed.Tree);
            pod.Init.Wait(() => request.Program.HasExited, Deadline.In(s_lastWord));
        }

        return Measured(generation);
    }

    /// <summary>Decides whether to compress. When criu cannot compress, the checkpoint is made without it.</summary>
    private bool Compresses(int version, long size, long free, WriteSpeeds speeds)
    {
        PageCompression decision = PageCompression.Decide(
            policy.Compression, () => version >= FirstCriuThatCompresses && pod.Criu.CanCompress() == true, size, free, request.Deadline.Left, speeds);
        if (decision.WasRefused)
        {
            Log.Warning(Event.MemoryNotCompressed, "the memory is not compressed", ("because", decision.Reason));
        }
        else if (decision.Compresses)
        {
            Log.Info(Event.MemoryCompressed, "the memory is compressed", ("because", decision.Reason));
        }
        else
        {
            Log.Debug(Event.MemoryNotCompressed, "the memory is not compressed", ("because", decision.Reason));
        }

        return decision.Compresses;
    }

    /// <returns>Why the checkpoint would not fit, into the directory or the time; <see langword="null"/> when it may.</returns>
    private string? Objection(SavePlan plan, long free, WriteSpeeds speeds)
    {
        long needed = speeds.Foresee(plan.Bytes, plan.Compresses, unknownPercent: 25); // a low guess, because a failed attempt does little harm: when the disk is full, the program runs on
        return free >= needed ? speeds.Objection(plan.Bytes, plan.Compresses, request.Deadline.Left)
            : $"imageDir {policy.ImageDir} has {free >> 20} MiB free, and the program's memory is about {plan.Bytes >> 20} MiB"
                + (plan.Compresses ? $", {needed >> 20} MiB compressed" : "") + "; use a larger volume, or lower keep";
    }
}
