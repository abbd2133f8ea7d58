using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>What came of a checkpoint.</summary>
/// <param name="Generation">Its number when it was committed.</param>
/// <param name="Failure">Why it was not.</param>
internal sealed record CheckpointOutcome(int? Generation, string? Failure)
{
    /// <summary>Of the program's memory, about.</summary>
    public long Bytes { get; init; }

    /// <summary>What they became in the images; <see langword="null"/> when they were not compressed.</summary>
    public long? CompressedBytes { get; init; }

    /// <summary>From its begin until it was committed.</summary>
    public TimeSpan Took { get; init; }

    public bool IsCommitted => Generation is not null;

    /// <summary>It failed for no reason that is known to last: processes come and go while they are looked at.</summary>
    public bool MayWorkAgain { get; init; }
}

/// <summary>Of what a checkpoint is made.</summary>
/// <param name="LeaveRunning">The program goes on afterwards, instead of being ended.</param>
internal sealed record CheckpointRequest(ChildProcess Program, RunRecord Run, IReadOnlyList<string> Command, bool LeaveRunning = false);

/// <summary>
/// The procedure of a checkpoint. criu freezes and saves the tree; while it is still frozen, the additional paths are
/// copied and everything is committed; only then is the tree ended. So at every instant either the program runs or
/// its checkpoint is there. A program that is left running is let go as soon as the copies are made, and stands still no
/// longer than it must.
/// </summary>
internal sealed class TakeCheckpoint(Supervisor supervisor, CheckpointStore store, CrikOptions options, CriuSetup criu, StandardStreams streams)
{
    private const int FirstThatCompresses = 40300;
    private const string CriuWasGone = "criu was gone, and the program ran on, before its checkpoint was committed";

    private static readonly string[] s_notPartOfIt = ["dump.log", "criu.out", "stats-dump"];

    /// <summary>As it was in an attempt that failed.</summary>
    private FrozenTree? _before;

    /// <summary>That attempt failed for something that the program had not yet taken.</summary>
    private bool _hasUndelivered;

    public CheckpointOutcome Run(CheckpointRequest request, Deadline deadline)
    {
        Stopwatch clock = Stopwatch.StartNew();
        CheckpointDraft? draft = null;
        InotifyWatches? watches = null;
        FrozenTree? tree = null;
        OwnFiles? own = null;
        bool isAsked = false;
        TimeSpan frozenAt = TimeSpan.Zero;
        bool GiveUp() => request.LeaveRunning && supervisor.TerminationRequested is not null; // SIGTERM wants a checkpoint of its own
        supervisor.KeepsSignals = true;
        try
        {
            IReadOnlyList<int> tasks = ProcFs.Tree(request.Program.Pid);
            if (criu.Level == PrivilegeLevel.Full)
            {
                CheckNamespaces(tasks);
            }

            long size = ProcFs.ResidentBytes(tasks);
            draft = store.Begin();
            long free = Libc.FreeBytes(options.ImageDir!);
            using FileDescriptor images = Libc.Open(draft.ImagesPath, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor output = Libc.Open(Path.Combine(draft.ImagesPath, "criu.out"), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, 0x180);
            using CriuProcess process = CriuProcess.Start(supervisor, criu.File, output, [], Preload.OpenForDump(options.ShareSysvMemory && criu.Level == PrivilegeLevel.Basic));
            int version = process.AskVersion(deadline);
            WriteSpeeds speeds = request.Run.Speeds;
            bool compresses = Compresses(version, size, free, deadline.Left, speeds);
            CheckRoomAndTime(size, free, compresses, speeds, deadline);
            string? refused = null;
            isAsked = true;
            string imagesPath = draft.ImagesPath;
            long SavedBytes() => new DirectoryInfo(imagesPath).EnumerateFiles("pages-*").Sum(file => file.Length);
            Progress progress = new("writing the checkpoint", speeds.Foresee(size, compresses), SavedBytes);
            process.Send(CriuRequest.ForDump(new DumpOptions(
                request.Program.Pid, images.Number, criu.Level, request.LeaveRunning, options.GhostLimit, options.InotifyIncompatiblePaths,
                [.. ExternalMounts().Select(point => $"mnt[{point}]:{point}")])
            {
                Compress = compresses,
            }));
            CheckpointManifest? manifest = null;
            CheckpointManifest Describe() => manifest = Describing(draft, request, version, tree!, watches!, own!) with { CompressedMemory = compresses ? size : null };
            CheckpointOutcome Measured(CheckpointOutcome outcome) =>
                outcome with { Bytes = compresses ? size : manifest?.PageBytes ?? size, CompressedBytes = compresses ? manifest?.PageBytes : null, Took = clock.Elapsed };
            while (true)
            {
                CriuMessage? message = draft.IsCommitted
                    ? process.Receive(Deadline.In(TimeSpan.FromSeconds(5)), GiveUp)
                    : process.Receive(deadline, GiveUp, progress);
                switch (message)
                {
                    case { Type: CriuRequest.Notify, Script: "query-ext-files" }:
                        frozenAt = clock.Elapsed;
                        tree = FrozenTree.Read(request.Program.Pid, streams);
                        watches = InotifyWatches.TakeOff(tree, options.InotifyIncompatiblePaths);
                        if (_hasUndelivered && !request.LeaveRunning)
                        {
                            Undelivered.Drop(tree);
                        }

                        WarnOfWhatStays();
                        process.Send(CriuRequest.ForNotify(goOn: true, tree.External));
                        break;

                    case { Type: CriuRequest.Notify, Script: "post-dump" }:
                        refused = tree is null ? "criu did not say what it froze"
                            : _before?.HasLostOne() == true ? "a process of the program died when the attempt before failed; the checkpoint before has it"
                            : InBackground("copying files", cancellation => own = CopyFiles(draft, tree, watches!, cancellation), deadline, GiveUp)
                            ?? (request.LeaveRunning ? null : Commit(draft, Describe, deadline, GiveUp, tree));
                        if (!draft.IsCommitted)
                        {
                            InotifyWatches.PutOn(watches);
                        }

                        process.TrySend(CriuRequest.ForNotify(goOn: refused is null, []));
                        break;

                    case { Type: CriuRequest.Notify }:
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        break;

                    case not null when message.Success && request.LeaveRunning && refused is null:
                        TimeSpan frozen = clock.Elapsed - frozenAt;
                        refused = Commit(draft, Describe, deadline, GiveUp);
                        if (refused is null)
                        {
                            Log.Info("checkpoint committed, the program runs on", ("generation", draft.Generation), ("ms", clock.ElapsedMilliseconds),
                                ("frozenMs", (long)frozen.TotalMilliseconds), ("tasks", tree!.Tasks.Count));
                        }

                        return Measured(new CheckpointOutcome(refused is null ? draft.Generation : null, refused));

                    case not null when message.Success && draft.IsCommitted:
                        Log.Info("checkpoint committed", ("generation", draft.Generation), ("ms", clock.ElapsedMilliseconds),
                            ("tasks", tree!.Tasks.Count), ("criu", version), ("mode", criu.Level));
                        return Measured(EndTree(request.Program, tree, draft.Generation));

                    default:
                        if (draft.IsCommitted)
                        {
                            return EndTreeOfEndedCriu(request.Program, tree!, draft.Generation);
                        }

                        return Failed(process, draft, refused ?? (message is null && GiveUp() ? "SIGTERM came" : null), timeIsUp: message is null && deadline.HasPassed, hasEnded: message is null);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, the program must not pay for it: criu, left alone, lets it run on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (draft is { IsCommitted: true } && !request.LeaveRunning)
            {
                return EndTreeOfEndedCriu(request.Program, tree!, draft.Generation, ("reason", exception.Message));
            }

            return new CheckpointOutcome(draft is { IsCommitted: true } ? draft.Generation : null, Why(exception, draft)) { MayWorkAgain = exception is not CheckpointException && !(exception is CriuException && isAsked) };
        }
        finally
        {
            supervisor.KeepsSignals = false;
            if (draft is { IsCommitted: false })
            {
                InotifyWatches.PutOn(watches);
                _before = tree;
            }

            draft?.Dispose();
        }
    }

    private OwnFiles CopyFiles(CheckpointDraft draft, FrozenTree tree, InotifyWatches watches, CancellationToken cancellation)
    {
        OwnFiles own = FindOwnFiles(tree, watches, cancellation);
        if (options.AdditionalPaths.Count + own.Files.Count + own.Places.Count > 0)
        {
            FileArchiveSummary summary = FileArchive.Capture(options.AdditionalPaths, own.Files, own.Places, draft.FilesPath, cancellation);
            foreach (string note in summary.Notes)
            {
                Log.Warning(note);
            }
        }

        return own;
    }

    /// <returns>Why it did not work, or <see langword="null"/>: then it is committed.</returns>
    /// <param name="frozen">Must not have run since, nor run on afterwards, although criu may be killed at any time.</param>
    private string? Commit(CheckpointDraft draft, Func<CheckpointManifest> describe, Deadline deadline, Func<bool> giveUp, FrozenTree? frozen = null)
    {
        string? failure = InBackground("waiting for the disk of the image directory", _ => draft.Seal(describe()), deadline, giveUp);
        if (failure is not null)
        {
            return failure;
        }

        failure = frozen?.TryHold() == false ? CriuWasGone : Try(draft.Commit);
        if (!draft.IsCommitted)
        {
            frozen?.LetGo();
        }

        return failure;
    }

    /// <summary>What is slow and can fail.</summary>
    private string? InBackground(string what, Action<CancellationToken> work, Deadline deadline, Func<bool> giveUp)
    {
        Stopwatch clock = Stopwatch.StartNew();
        void Report() => Log.Info(what, ("seconds", (long)clock.Elapsed.TotalSeconds), ("unwrittenMib", ProcFs.UnwrittenBytes() >> 20));
        bool inTime = true;
        return Try(() => inTime = BackgroundWork.Run(supervisor, deadline, work, giveUp, Report))
            ?? (inTime ? null : giveUp() ? "SIGTERM came" : "the copy of the additional paths or the sync of the image directory would not end within the grace period");
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
            return exception.Message;
        }
    }

    /// <summary>They belong to the pod and to no process: where the tree has no IPC namespace of its own, criu does not see them.</summary>
    private void WarnOfWhatStays()
    {
        if (criu.Level == PrivilegeLevel.Basic && (ProcFs.Lines("/proc/sysvipc/sem").Length > 1 || ProcFs.Lines("/proc/sysvipc/msg").Length > 1)) // one is the titles
        {
            Log.Warning("System V semaphores or message queues do not go along; should they be the program's, add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME");
        }
    }

    private OwnFiles FindOwnFiles(FrozenTree tree, InotifyWatches watches, CancellationToken cancellation)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        Lifetime lifetime = StartTime.Lifetime();
        IReadOnlyList<ChangedFile> changed = options.ContainerFilesLimit == 0 ? [] : ChangedFiles.Find(mounts, lifetime, cancellation);
        string[] leaveAlone = [.. options.AdditionalPaths, options.ImageDir!, Environment.ProcessPath!];
        OwnFiles own = OwnFiles.Choose(
            tree.Paths.Concat(tree.Shadows).Concat(watches.Taken.Select(watch => watch.Path)), changed, options.ContainerFilesLimit, leaveAlone, mounts, lifetime, Libc.TryStatus);
        if (own.LeftOut is { } leftOut)
        {
            Log.Warning(leftOut);
        }

        Log.Debug("files of the container's own go along", ("files", own.Files.Count), ("directories", own.Places.Count));
        return own;
    }

    private CheckpointManifest Describing(
        CheckpointDraft draft, CheckpointRequest request, int version, FrozenTree tree, InotifyWatches watches, OwnFiles own) => new()
        {
            Format = CheckpointManifest.CurrentFormat,
            Generation = draft.Generation,
            RunId = request.Run.RunId,
            CreatedAt = DateTimeOffset.UtcNow,
            CrikVersion = CrikVersion.Current,
            CriuVersion = version,
            Unprivileged = criu.Level == PrivilegeLevel.Basic,
            Machine = Machine.Read(),
            Command = [.. request.Command.Select(ByteStrings.Printable)],
            RootPid = request.Program.Pid,
            Pids = tree.Pids,
            Stdio = [.. tree.Stdio.Select(link => link with
            {
                ImageIds = OpenFiles.FindIds(draft.ImagesPath, link.Holders.Select(holder => (holder.Pid, holder.Descriptor))),
            })],
            Watches = watches.Taken,
            Cgroups = Machine.Cgroups(),
            Addresses = [.. Machine.Addresses().Select(address => address.ToString())],
            ExternalMounts = ExternalMounts(),
            Paths = tree.Paths,
            OwnPaths = [.. own.Files, .. own.Places],
            HasFiles = Directory.Exists(draft.FilesPath),
            Files = Directory.Exists(draft.FilesPath)
                ? [DescribeFile(FileArchive.IndexPath(draft.FilesPath), isLarge: false), DescribeFile(FileArchive.DataPath(draft.FilesPath), isLarge: true)] : [],
            Images = [.. Directory.EnumerateFiles(draft.ImagesPath)
                .Where(path => !s_notPartOfIt.Contains(Path.GetFileName(path)))
                .Order(StringComparer.Ordinal)
                .Select(DescribeImage)],
        };

    private ImageFile DescribeImage(string path) => DescribeFile(path, isLarge: Path.GetFileName(path).StartsWith("pages-", StringComparison.Ordinal));

    private ImageFile DescribeFile(string path, bool isLarge) =>
        new(Path.GetFileName(path), new FileInfo(path).Length, isLarge && !options.ChecksumPages ? null : Checksums.OfFile(path));

    /// <param name="hasEnded">
    /// criu said nothing. A task that was running criu's code goes on in it, and is about to die: what a second attempt saved would not come back.
    /// </param>
    private CheckpointOutcome Failed(CriuProcess process, CheckpointDraft draft, string? refused, bool timeIsUp, bool hasEnded)
    {
        process.GiveUp(TimeSpan.FromSeconds(2));
        if (refused is not null || timeIsUp)
        {
            return new CheckpointOutcome(null, refused ?? "the dump would not end within the grace period; raise gracePeriod and the pod's "
                + "terminationGracePeriodSeconds together")
            { MayWorkAgain = refused == CriuWasGone };
        }

        string log = Path.Combine(draft.ImagesPath, "dump.log");
        CriuException explained = CriuLog.Explain(
            "criu could not save the program", log, File.Exists(log) ? null : CriuOutput(draft.ImagesPath), Libc.FreeBytes(draft.ImagesPath) < Environment.SystemPageSize,
            CriuLog.Ending(process.EndSignal, longest: null));
        _hasUndelivered = explained.IsUndelivered;
        string? kept = store.KeepDumpLog(draft);
        foreach (string line in explained.Evidence)
        {
            Log.Warning("criu: " + line);
        }

        return new CheckpointOutcome(null, kept is null ? explained.Message : $"{explained.Message} (its log: {kept})") { MayWorkAgain = !explained.Lasts && !hasEnded };
    }

    /// <summary>A criu that does not speak with crik may have said why where people look.</summary>
    private static string Why(Exception exception, CheckpointDraft? draft) =>
        exception is CriuException && draft is { IsCommitted: false } && CriuOutput(draft.ImagesPath) is { } output ? $"{exception.Message} ({output})" : exception.Message;

    private static string? CriuOutput(string images)
    {
        string[] lines = ProcFs.Lines(Path.Combine(images, "criu.out"));
        return lines.Length == 0 ? null : $"criu says: {lines[^1].Trim()}";
    }

    private CheckpointOutcome EndTreeOfEndedCriu(ChildProcess program, FrozenTree tree, int generation, params (string Key, object Value)[] why)
    {
        Log.Warning("criu ended badly after the checkpoint was committed; it counts", [("generation", generation), .. why]);
        return EndTree(program, tree, generation);
    }

    /// <summary>criu ends the tree after a good dump. Should it not have got to that, the tree must not run on beside its checkpoint.</summary>
    private CheckpointOutcome EndTree(ChildProcess program, FrozenTree tree, int generation)
    {
        if (!supervisor.Wait(() => program.HasExited, Deadline.In(TimeSpan.FromSeconds(1))))
        {
            foreach (int task in tree.Tasks)
            {
                Libc.Kill(task, Signal.SIGKILL);
            }

            supervisor.Wait(() => program.HasExited, Deadline.In(TimeSpan.FromSeconds(5)));
        }

        return new CheckpointOutcome(generation, null);
    }

    /// <summary>Compressed where that is wanted and criu can; what cannot be had never costs the checkpoint.</summary>
    private bool Compresses(int version, long size, long free, TimeSpan available, WriteSpeeds speeds)
    {
        PageCompression decision = PageCompression.Decide(
            options.Compression, () => version >= FirstThatCompresses && CriuFeatures.CanCompress(supervisor, criu.File, criu.Level) == true, size, free, available, speeds);
        if (decision.WasRefused)
        {
            Log.Warning("the memory is not compressed", ("because", decision.Reason));
        }
        else if (decision.Compresses)
        {
            Log.Info("the memory is compressed", ("because", decision.Reason));
        }
        else
        {
            Log.Debug("the memory is not compressed", ("because", decision.Reason));
        }

        return decision.Compresses;
    }

    /// <summary>
    /// What criu saves and then cannot bring back: a network namespace of a child's (pstree.c), and a host name without a writable
    /// /proc/sys (uts_ns.c).
    /// </summary>
    private static void CheckNamespaces(IReadOnlyList<int> tasks)
    {
        static string? Namespace(int task, string kind) => ProcFs.Link($"/proc/{task}/ns/{kind}");
        string? network = tasks.Count > 0 ? Namespace(tasks[0], "net") : null;
        string? host = Libc.CheckWritable("/proc/sys/kernel/hostname") == 0 ? null : Namespace(Environment.ProcessId, "uts");
        foreach (int task in tasks)
        {
            if ((Namespace(task, "net") ?? network) != network || (host is not null && (Namespace(task, "uts") ?? host) != host))
            {
                throw new CheckpointException($"{CriuLog.IsInOwnNamespace} (process {task})");
            }
        }
    }

    private void CheckRoomAndTime(long size, long free, bool compresses, WriteSpeeds speeds, Deadline deadline)
    {
        long needed = speeds.Foresee(size, compresses, unknownPercent: 25); // a try costs little: the program runs on when the disk is full
        if (free < needed)
        {
            throw new CheckpointException($"imageDir {options.ImageDir} has {free >> 20} MiB free, and the program's memory is about {size >> 20} MiB"
                + (compresses ? $", {needed >> 20} MiB compressed" : "") + "; use a larger volume, or lower keep");
        }

        if (speeds.Objection(size, compresses, deadline.Left) is { } objection)
        {
            throw new CheckpointException(objection);
        }
    }

    /// <summary>Mounts that every pod's runtime makes anew; they matter for programs with mount namespaces of their own.</summary>
    private static string[] ExternalMounts() =>
        [.. Mount.ReadAll().Select(mount => mount.MountPoint).Where(point => point != "/").Distinct()];
}
