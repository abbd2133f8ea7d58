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
internal sealed record RestoreOutcome(ChildProcess? Program, bool Interrupted, string? Failure, IReadOnlyList<string> Logs);

/// <summary>The procedure of a restore: one attempt with one checkpoint. The checkpoint itself is only read.</summary>
internal sealed class RestoreCheckpoint(Supervisor supervisor, CheckpointStore store, CrikOptions options, CriuSetup criu, StandardStreams streams)
{
    /// <summary>A restore that takes longer than this is given up; pages come from a disk, so this is for a hung one.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    public RestoreOutcome Run(int generation, CheckpointManifest manifest)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string work = store.NewRestoreDirectory(generation);
        ChildProcess root = supervisor.Await(manifest.RootPid);
        try
        {
            RefuseTakenPids(manifest);
            List<(string Key, int Descriptor)> inherited = PrepareImages(Path.Combine(store.PathOf(generation), "images"), work, manifest);
            ulong? windowSize = streams.Terminal is { } window ? Libc.WindowSize(window) : null;
            if (streams.Terminal is { } terminal)
            {
                ProgramStart.ReleaseTerminal(supervisor, terminal);
            }

            PidSpace.MakeRoomForCriu(manifest.Pids);
            using FileDescriptor images = Libc.Open(work, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor output = Libc.Open(Path.Combine(work, "criu.out"), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, 0x180);
            using CriuProcess process = CriuProcess.Start(supervisor, criu.File, output, [.. inherited.Select(item => item.Descriptor)]);
            process.Send(CriuRequest.ForRestore(new RestoreOptions(
                images.Number, manifest.Unprivileged ? PrivilegeLevel.Basic : PrivilegeLevel.Full, ExternalMounts(manifest),
                [.. inherited.Select((item, index) => (item.Key, CriuProcess.FirstInheritedInCriu + index))])));
            Deadline deadline = Deadline.In(s_longest);
            while (true)
            {
                CriuMessage? message = process.Receive(deadline, () => supervisor.TerminationRequested is not null);
                switch (message)
                {
                    case { Type: CriuRequest.Notify, Script: "pre-resume" }:
                        InotifyWatches.PutOn(manifest.Watches);
                        if (windowSize is { } size)
                        {
                            Libc.SetWindowSize(streams.Terminal!.Value, size); // criu gave the new terminal the old one's
                        }

                        PidSpace.EnterTreeRange();
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        break;

                    case { Type: CriuRequest.Notify }:
                        process.Send(CriuRequest.ForNotify(goOn: true, []));
                        break;

                    case { Type: CriuRequest.Restore, Success: true }:
                        process.WaitForEnd();
                        Log.Info("restored", ("generation", generation), ("pid", root.Pid), ("ms", clock.ElapsedMilliseconds));
                        Directory.Delete(work, recursive: true);
                        return new RestoreOutcome(root, Interrupted: false, null, []);

                    case null when supervisor.TerminationRequested is not null:
                        process.Kill();
                        return Clean(root, new RestoreOutcome(null, Interrupted: true, null, []));

                    default:
                        process.Kill();
                        return Clean(root, Explain(work));
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, there are other checkpoints, and a policy for when there are none.
        catch (Exception exception)
#pragma warning restore CA1031
        {
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

    private static RestoreOutcome Explain(string work)
    {
        string log = Path.Combine(work, "restore.log");
        string[] output = ProcFs.Lines(Path.Combine(work, "criu.out"));
        CriuException explained = CriuLog.Explain("criu could not restore the program", log, output.Length == 0 ? null : $"criu says: {output[^1].Trim()}");
        foreach (string line in explained.Evidence)
        {
            Log.Warning("criu: " + line);
        }

        return new RestoreOutcome(null, Interrupted: false, explained.Message, Logs(work));
    }

    private static string[] Logs(string work) => [Path.Combine(work, "restore.log"), Path.Combine(work, "criu.out")];

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

    /// <summary>
    /// Lays out the directory that criu reads: links to the images, and changed copies of those that speak of the old
    /// pod. Returns what stands in for the old pod's streams.
    /// </summary>
    private List<(string Key, int Descriptor)> PrepareImages(string images, string work, CheckpointManifest manifest)
    {
        StreamReplacement replacement = new(OpenFiles.HighestId(CriuImage.Read(Path.Combine(images, "files.img"))) + 1);
        List<(string Key, int Descriptor)> inherited = [];
        foreach (StdioLink link in manifest.Stdio)
        {
            if (link.Kind == "tty" && streams.WasGiven(link.Stream) && Libc.IsTerminal(link.Stream))
            {
                inherited.Add((link.Key, link.Stream));
                continue;
            }

            foreach (uint id in link.ImageIds)
            {
                replacement.Add(id, link.Stream);
            }

            inherited.Add((StreamReplacement.Name(link.Stream), link.Stream));
            if (link.Kind is "pipe" or "file")
            {
                inherited.Add((link.Key, link.Stream)); // opened a second time, as through /dev/stdout
            }
        }

        IReadOnlyList<CgroupDirectory> cgroups = Machine.Cgroups();
        PodAddresses addresses = new(manifest.Addresses, Machine.Addresses());
        foreach (ImageFile image in manifest.Images)
        {
            string source = Path.Combine(images, image.Name);
            string target = Path.Combine(work, image.Name);
            if (!TryWriteChanged(image.Name, source, target, replacement, addresses, path => CgroupPaths.Move(path, manifest.Cgroups, cgroups)))
            {
                Libc.MakeSymlink(source, target);
            }
        }

        return [.. inherited.DistinctBy(item => item.Key)];
    }

    private static bool TryWriteChanged(
        string name, string source, string target, StreamReplacement replacement, PodAddresses addresses, Func<string, string?> move)
    {
        Func<CriuImage, bool>? change = name switch
        {
            "files.img" => image => OpenFiles.ReplaceStreams(image, replacement) | OpenFiles.Move(image, move) | OpenFiles.Readdress(image, addresses),
            "pstree.img" => TaskTree.KeepDaemons,
            _ when !replacement.IsEmpty && name.StartsWith("fdinfo-", StringComparison.Ordinal) => image => OpenFiles.ReplaceStreamsInTable(image, replacement),
            _ => null,
        };
        if (change is null)
        {
            return false;
        }

        CriuImage image = CriuImage.Read(source);
        bool changed = change(image);
        if (changed)
        {
            image.Write(target);
        }

        return changed;
    }

    /// <summary>Those that are here too; a path stands for itself on both sides.</summary>
    private static string[] ExternalMounts(CheckpointManifest manifest) =>
        [.. manifest.ExternalMounts.Intersect(Mount.ReadAll().Select(mount => mount.MountPoint)).Select(point => $"mnt[{point}]:{point}")];
}
