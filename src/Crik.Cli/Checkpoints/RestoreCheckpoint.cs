using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>What came of an attempt to restore.</summary>
/// <param name="Program">The root of the restored tree, now crik's child.</param>
/// <param name="Interrupted">SIGTERM came; the checkpoint is as good as before.</param>
/// <param name="Logs">criu's log of an attempt that failed.</param>
internal sealed record RestoreOutcome(ChildProcess? Program, bool Interrupted, string? Failure, IReadOnlyList<string> Logs)
{
    /// <summary>What the program has to wait for yet, when it was restored lazily.</summary>
    public MissingPages? Missing { get; init; }
}

/// <summary>The procedure of a restore: one attempt with one checkpoint. The checkpoint itself is only read.</summary>
internal sealed class RestoreCheckpoint(Supervisor supervisor, CheckpointStore store, CrikOptions options, CriuSetup criu, StandardStreams streams)
{
    /// <summary>A restore that takes longer than this is given up; pages come from a disk, so this is for a hung one.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(30);

    private const string RestoreLog = "restore.log";

    /// <summary>What criu's source of pages may take to be there; it reads the list of processes only.</summary>
    private static readonly TimeSpan s_untilReady = TimeSpan.FromSeconds(10);

    /// <summary>What criu may take to let the tasks go and to say so.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(10);

    /// <param name="beforeResume">Done when the tree is there and does not run yet.</param>
    /// <param name="lazily">The program runs before its pages are there.</param>
    public RestoreOutcome Run(int generation, CheckpointManifest manifest, Action beforeResume, bool lazily = false)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string work = store.NewRestoreDirectory(generation, ImageView.RoomFor(manifest));
        RestorePlace place = new(work);
        RestoreOutcome outcome = Run(generation, manifest, beforeResume, lazily, place, clock);
        if (outcome.Program is null)
        {
            place.Missing?.Dispose();
            place.RemoveView(); // the logs stay for those who look why
        }
        else if (place.Missing is null)
        {
            place.Remove();
        }

        return outcome with { Missing = place.Missing };
    }

    private RestoreOutcome Run(int generation, CheckpointManifest manifest, Action beforeResume, bool lazily, RestorePlace place, Stopwatch clock)
    {
        ChildProcess root = supervisor.Await(manifest.RootPid);
        string work = place.Work;
        bool isThere = false; // with nothing left for criu to find out
        bool runs = false;
        string? refused = null;
        try
        {
            RefuseTakenPids(manifest);
            ImageView view = place.View = ImageView.LayOut(store.PathOf(generation), manifest, work, streams);
            ulong? windowSize = streams.Terminal is { } window ? Libc.WindowSize(window) : null;
            streams.ReleaseTerminal(supervisor);
            PidSpace.MakeRoomForCriu(manifest.Pids);
            using FileDescriptor images = Libc.Open(view.Path, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor logs = Libc.Open(work, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor output = Libc.Open(Path.Combine(work, "criu.out"), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, 0x180);
            long bytes = manifest.PageBytes;
            LazyPagesProcess? source = lazily ? LazyPagesProcess.Start(supervisor, criu.File, view.Path, work, output) : null;
            MissingPages? missing = place.Missing = source is null ? null : new(supervisor, source, work, bytes, place.Remove);
            using CriuProcess process = CriuProcess.Start(supervisor, criu.File, output, [.. view.Inherited.Select(item => item.Descriptor)]);
            if (source?.WaitUntilReady(Deadline.In(s_untilReady)) == false)
            {
                process.Kill();
                return Clean(root, Explain(work, LazyPagesProcess.LogName));
            }

            process.Send(CriuRequest.ForRestore(new RestoreOptions(
                images.Number, logs.Number, manifest.Unprivileged ? PrivilegeLevel.Basic : PrivilegeLevel.Full, ExternalMounts(manifest),
                [.. view.Inherited.Select((item, index) => (item.Key, CriuProcess.FirstInheritedInCriu + index))])
            {
                Lazily = lazily,
            }));
            Deadline deadline = Deadline.In(Longest);
            bool GiveUp() => (!isThere && supervisor.TerminationRequested is not null) || (!runs && missing is { SourceIsThere: false });
            Progress progress = new("reading the checkpoint", manifest.MemoryBytes, () => ProcFs.Tree(process.Pid).Sum(ProcFs.ResidentBytes));
            void Resume()
            {
                // Its tasks stand before their next own instruction, held by criu alone: whatever becomes of criu, they run.
                runs = true;
                missing?.Watch();
                InotifyWatches.PutOn(manifest.Watches);
                if (windowSize is { } size)
                {
                    Libc.SetWindowSize(streams.Terminal!.Value, size); // criu gave the new terminal the old one's
                }

                beforeResume();
            }

            while (true)
            {
                CriuMessage? message = process.Receive(isThere ? Deadline.In(s_lastWords) : deadline, GiveUp, progress);
                if (message is null && isThere && !runs)
                {
                    OrphanedTree orphans = new(supervisor, manifest, Path.Combine(store.PathOf(generation), "images"));
                    orphans.Stop();
                    process.Kill();
                    orphans.Stop(); // those that criu held until now
                    if (orphans.IsWhole())
                    {
                        Resume();
                        orphans.LetRun();
                    }
                }

                switch (message)
                {
                    case { Type: CriuRequest.Notify, Script: "pre-resume" }:
                        Resume();
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        break;

                    case { Type: CriuRequest.Notify, Script: "post-restore" } when missing?.TryHold(Deadline.In(s_untilReady)) == false:
                        refused = "the descriptors by which missing pages are asked for could not be had";
                        process.Send(CriuRequest.ForNotify(goOn: false, []));
                        break;

                    case { Type: CriuRequest.Notify, Script: "post-restore" }:
                        isThere = true;
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        PidSpace.EnterTreeRange(); // the whole tree is there; criu has still work to do, until it asks whether it may run
                        break;

                    case { Type: CriuRequest.Notify }:
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        break;

                    case { Type: CriuRequest.Restore, Success: true }:
                        runs = true;
                        process.WaitForEnd();
                        Log.Info("restored", ("generation", generation), ("pid", root.Pid), ("ms", clock.ElapsedMilliseconds));
                        return new RestoreOutcome(root, Interrupted: false, null, []);

                    case var _ when runs:
                        process.Kill(); // which lets go of what it still holds
                        Log.Warning("restored, but criu ended badly after it let the program run", ("generation", generation), ("pid", root.Pid));
                        return new RestoreOutcome(root, Interrupted: false, null, []);

                    case null when supervisor.TerminationRequested is not null:
                        process.Kill();
                        return Clean(root, new RestoreOutcome(null, Interrupted: true, null, []));

                    default:
                        process.Kill();
                        return Clean(root, refused is not null ? new RestoreOutcome(null, Interrupted: false, refused, Logs(work))
                            : Explain(work, missing is { SourceIsThere: false } ? LazyPagesProcess.LogName : RestoreLog));
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, there are other checkpoints, and a policy for when there are none.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (runs)
            {
                // What it has done since cannot be undone, so it is never ended for the sake of another attempt.
                Log.Warning("the program runs, but what comes after a restore did not work", ("reason", exception.Message));
                return new RestoreOutcome(root, Interrupted: false, null, []);
            }

            return Clean(root, new RestoreOutcome(null, Interrupted: false, exception.Message, Logs(work)));
        }
    }

    /// <summary>Puts the additional paths back, and makes the directory in which browsers and X servers bind their sockets.</summary>
    public void PutFilesBack(int generation, CheckpointManifest manifest)
    {
        const string X11Sockets = "/tmp/.X11-unix";
        if (Libc.MakeDirectory(X11Sockets, 0x3FF))
        {
            Libc.SetMode(X11Sockets, 0x3FF); // 1777, whatever the umask
        }

        if (!manifest.HasFiles)
        {
            return;
        }

        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        ArchiveRoots allowed = new(options.AdditionalPaths, [.. manifest.OwnPaths.Where(path => OwnFiles.IsOwn(path, mounts))]);
        FileArchiveSummary summary = FileArchive.Restore(Path.Combine(store.PathOf(generation), "files"), allowed, CancellationToken.None);
        foreach (string note in summary.Notes)
        {
            Log.Warning(note);
        }
    }

    private static RestoreOutcome Explain(string work, string log)
    {
        string[] output = ProcFs.Lines(Path.Combine(work, "criu.out"));
        CriuException explained = CriuLog.Explain("criu could not restore the program", Path.Combine(work, log), output.Length == 0 ? null : $"criu says: {output[^1].Trim()}");
        foreach (string line in explained.Evidence)
        {
            Log.Warning("criu: " + line);
        }

        return new RestoreOutcome(null, Interrupted: false, explained.Message, Logs(work));
    }

    private static string[] Logs(string work) => [Path.Combine(work, RestoreLog), Path.Combine(work, "criu.out")];

    /// <summary>Ends what a failed attempt left running: children of crik's that nobody waits for.</summary>
    private RestoreOutcome Clean(ChildProcess root, RestoreOutcome outcome)
    {
        bool Gone()
        {
            int[] left = [.. ProcFs.Tree(Environment.ProcessId).Skip(1)];
            foreach (int task in left)
            {
                Libc.Kill(task, Signal.SIGKILL);
            }

            return left.Length == 0;
        }

        Deadline deadline = Deadline.In(TimeSpan.FromSeconds(5));
        while (!Gone() && !deadline.HasPassed)
        {
            supervisor.Wait(() => false, Deadline.In(TimeSpan.FromMilliseconds(10)));
        }

        supervisor.Forget(root);
        return outcome;
    }

    private static void RefuseTakenPids(CheckpointManifest manifest)
    {
        int[] own = [.. ProcFs.Threads(Environment.ProcessId).Append(Environment.ProcessId).Intersect(manifest.Pids)];
        if (own.Length > 0)
        {
            throw new CheckpointException($"the program needs the process number {own[0]}, and crik itself has it here; start crik as the container's first process");
        }
    }

    /// <summary>Those that are here too; a path stands for itself on both sides.</summary>
    private static string[] ExternalMounts(CheckpointManifest manifest) =>
        [.. manifest.ExternalMounts.Intersect(Mount.ReadAll().Select(mount => mount.MountPoint)).Select(point => $"mnt[{point}]:{point}")];
}
