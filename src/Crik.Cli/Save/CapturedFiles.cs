using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Proof;
using Crik.Store;

namespace Crik.Save;

/// <summary>Copies the files that go into a checkpoint while the tree is frozen.</summary>
internal sealed class CapturedFiles(SavePolicy policy, ContainerAge age)
{
    /// <exception cref="FileArchiveException">A file cannot be read.</exception>
    /// <exception cref="CheckpointException">A restore would lack a file.</exception>
    public SaveState.Captured Capture(CheckpointDraft draft, SaveState.Frozen frozen, CancellationToken cancellation)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        OwnFiles own = Find(frozen, mounts, cancellation);
        Prove(draft, frozen, own, mounts);
        if (policy.AdditionalPaths.Count + own.Files.Count + own.Places.Count > 0)
        {
            using HeldFiles held = FindHeld(frozen.Tree, own);
            foreach (string note in FileArchive.Capture(policy.AdditionalPaths, own.Files, own.Places, draft.FilesPath, cancellation, held).Notes)
            {
                Log.Warning(Event.FilesNotSaved, note);
            }
        }

        MessageQueues.Write(frozen.Tree.Queues, draft.ImagesPath);
        _ = frozen.Written.Value; // the stamps belong to the frozen files
        return new SaveState.Captured(frozen, own);
    }

    /// <summary>Makes sure that a new pod can restore what criu has saved.</summary>
    private void Prove(CheckpointDraft draft, SaveState.Frozen frozen, OwnFiles own, IReadOnlyList<Mount> mounts)
    {
        HashSet<string> given = [.. own.Files, .. own.Places, Environment.ProcessPath!, .. frozen.Tree.Stdio.Where(link => link.Kind == "device").Select(link => link.Key)];
        bool IsSaved(string path) => given.Contains(path) || PathNames.IsBelow(path, policy.ImageDir)
            || (policy.AdditionalPaths.Any(root => PathNames.IsBelow(path, root)) && !IsDevice(path)); // an archive has no devices

        static bool IsDevice(string path) => Libc.TryStatus(path, followLinks: false) is { Type: FileType.CharacterDevice or FileType.BlockDevice };

        Stopwatch clock = Stopwatch.StartNew();
        NextPod next = new(mounts, age.FirstMounts, age.Lifetime(), IsSaved, Machine.Addresses());
        ImageContents images = ImageContents.Read(draft.ImagesPath);
        Verdict verdict = RestoreProof.Of(images, next, RenamedFile.Moves(frozen.Renamed.Linked), frozen.Sockets.Value);
        Log.Debug(Event.CheckpointProven, "what criu saved was compared with what a new pod will have",
            ("files", images.Files.Count), ("ms", clock.ElapsedMilliseconds));
        if (!verdict.IsGood)
        {
            throw new CheckpointException(verdict.Text());
        }
    }

    private HeldFiles FindHeld(FrozenTree tree, OwnFiles own)
    {
        HeldFiles held = new(tree.PathSet);
        HashSet<string> files = [.. own.Files];
        foreach (OpenDescriptor file in ProcFs.HasLeases() ? tree.Open : []) // a tree may have very many
        {
            if ((files.Contains(file.Target) || policy.AdditionalPaths.Any(path => PathNames.IsBelow(file.Target, path)))
                && Libc.TryGetDescriptor(file.Pid, file.Number) is { } descriptor)
            {
                held.AddIfLeased(descriptor);
            }
        }

        return held;
    }

    private OwnFiles Find(SaveState.Frozen frozen, IReadOnlyList<Mount> mounts, CancellationToken cancellation)
    {
        Lifetime lifetime = age.Lifetime();
        IReadOnlyList<ChangedFile> changed = policy.ContainerFilesLimit == 0 ? [] : ChangedFiles.Find(mounts, lifetime, cancellation);
        string[] metrics = policy.MetricsFile is { } file ? [file, ReplacedFile.NextOf(file)] : [];
        string[] leaveAlone = [.. policy.AdditionalPaths, policy.ImageDir, Environment.ProcessPath!, .. metrics];
        IEnumerable<string> held = frozen.Tree.Paths.Concat(frozen.Tree.Shadows).Concat(frozen.Watches.Taken.Select(watch => watch.Path))
            .Concat(frozen.Renamed.Linked.Select(file => file.Path)).Concat(frozen.Sockets.Value.SelectMany(socket => socket.Names));
        OwnFiles own = OwnFiles.Choose(held, changed, policy.ContainerFilesLimit, leaveAlone, mounts, lifetime, path => Libc.TryStatus(path, followLinks: false));
        if (own.LeftOut is { } leftOut)
        {
            Log.Warning(Event.FilesNotSaved, leftOut);
        }

        Log.Debug(Event.ContainerFilesFound, "files of the container are copied into the checkpoint",
            ("files", own.Files.Count), ("directories", own.Places.Count));
        return own;
    }
}
