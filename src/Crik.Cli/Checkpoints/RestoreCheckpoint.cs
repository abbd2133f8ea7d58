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

    /// <param name="beforeResume">Done when the tree is there and does not run yet.</param>
    /// <param name="early">A criu that is there already; ended with the attempt.</param>
    /// <param name="lazily">The program runs before its pages are there.</param>
    public RestoreOutcome Run(int generation, CheckpointManifest manifest, Action beforeResume, CriuForRestore? early = null, bool lazily = false)
    {
        using CriuForRestore? first = early;
        RestorePlace place = new(store.NewRestoreDirectory(generation, ImageView.RoomFor(manifest)));
        RestoreOutcome outcome = Run(generation, manifest, beforeResume, early, lazily, place);
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

    private RestoreOutcome Run(int generation, CheckpointManifest manifest, Action beforeResume, CriuForRestore? early, bool lazily, RestorePlace place)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ChildProcess root = supervisor.Await(manifest.RootPid);
        RestoreAttempt? attempt = null;
        CriuForRestore? late = null;
        try
        {
            RefuseTakenPids(manifest);
            ImageView view = place.View = ImageView.LayOut(store.PathOf(generation), manifest, place.Work, streams);
            place.Terminal = PodTerminal.Find(manifest, Path.Combine(store.PathOf(generation), "images"), streams);
            streams.ReleaseTerminal(supervisor);
            PidSpace.MakeRoomForCriu(manifest.Pids);
            LazyPagesProcess? source = lazily ? LazyPagesProcess.Start(supervisor, criu.File, view.Path, place.Work, place.Output) : null;
            place.Missing = source is null ? null : new(supervisor, source, place.Work, manifest.PageBytes, place.Remove);
            CriuForRestore started = early ?? (late = CriuForRestore.Start(supervisor, criu.File));
            if (source?.WaitUntilReady() == false)
            {
                return Clean(root, Explain(place, LazyPagesProcess.LogName, [], ending: null));
            }

            using FileDescriptor images = Libc.Open(view.Path, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor logs = Libc.Open(place.Work, Libc.O_RDONLY | Libc.O_DIRECTORY);
            byte[] request = CriuRequest.ForRestore(new RestoreOptions(
                images.Number, logs.Number, manifest.Unprivileged ? PrivilegeLevel.Basic : PrivilegeLevel.Full, ExternalMounts(manifest),
                [.. view.Inherited.Select(item => (item.Key, started.DescriptorFor(item.Descriptor)))])
            {
                Lazily = lazily,
            });
            attempt = new RestoreAttempt(supervisor, started, manifest, store.PathOf(generation), place, Longest);
            if (attempt.Talk(request, root, beforeResume))
            {
                Log.Info("restored", ("generation", generation), ("pid", root.Pid), ("ms", clock.ElapsedMilliseconds));
                return new RestoreOutcome(root, Interrupted: false, null, []);
            }

            return Clean(root, supervisor.TerminationRequested is not null ? new RestoreOutcome(null, Interrupted: true, null, [])
                : attempt.Refused is not null ? new RestoreOutcome(null, Interrupted: false, attempt.Refused, place.Logs)
                : Explain(place, place.Missing is { SourceIsThere: false } ? LazyPagesProcess.LogName : RestorePlace.RestoreLog, started.Words, attempt.Ending));
        }
#pragma warning disable CA1031 // Whatever it is, there are other checkpoints, and a policy for when there are none.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (attempt is { Runs: true })
            {
                // What it has done since cannot be undone, so it is never ended for the sake of another attempt.
                Log.Warning("the program runs, but what comes after a restore did not work", ("reason", exception.Message));
                return new RestoreOutcome(root, Interrupted: false, null, []);
            }

            return Clean(root, new RestoreOutcome(null, Interrupted: false, exception.Message, place.Logs));
        }
        finally
        {
            late?.Dispose();
        }
    }

    /// <summary>Puts the additional and own paths of a checkpoint back that has any.</summary>
    public void PutFilesBack(int generation, CheckpointManifest manifest, CancellationToken cancellation)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        string[] own = [.. manifest.OwnPaths.Where(path => OwnFiles.IsOwn(path, mounts))];
        ArchiveRoots allowed = new(options.AdditionalPaths, own, leftOut: [.. manifest.OwnPaths.Except(own)]);
        FileArchiveSummary summary = FileArchive.Restore(Path.Combine(store.PathOf(generation), "files"), allowed, cancellation);
        foreach (string note in summary.Notes)
        {
            Log.Warning(note);
        }
    }

    /// <summary>
    /// Makes the directory in which browsers and X servers bind their sockets. Where there can be none, no program of the checkpoint has one in it.
    /// </summary>
    public static void MakeX11Sockets()
    {
        const string X11Sockets = "/tmp/.X11-unix";
        try
        {
            if (Libc.MakeDirectory(X11Sockets, 0x3FF))
            {
                Libc.SetMode(X11Sockets, 0x3FF); // 1777, whatever the umask
            }
        }
        catch (IOException exception)
        {
            Log.Debug("no directory for the sockets of X servers", ("reason", exception.Message));
        }
    }

    /// <param name="words">What criu wrote elsewhere than to its log.</param>
    private static RestoreOutcome Explain(RestorePlace place, string log, string[] words, string? ending)
    {
        File.AppendAllLines(place.Output, words);
        string[] output = ProcFs.Lines(place.Output);
        CriuException explained = CriuLog.Explain(
            "criu could not restore the program", Path.Combine(place.Work, log), output.Length == 0 ? null : $"criu says: {output[^1].Trim()}", ending: ending);
        foreach (string line in explained.Evidence)
        {
            Log.Warning("criu: " + line);
        }

        return new RestoreOutcome(null, Interrupted: false, explained.Message, place.Logs);
    }

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
