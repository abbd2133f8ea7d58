using Crik.Configuration;
using Crik.Criu;
using Crik.Criu.Images;
using Crik.Diagnostics;
using Crik.Files;
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
        if (frozen.Tree.Removed.Count > frozen.Renamed.Linked.Count
            && OpenFiles.LinkRemaps(CriuImage.Read(Path.Combine(draft.ImagesPath, ImageName.OpenFiles))).FirstOrDefault(path => OwnFiles.IsOwn(path, mounts)) is { } lost)
        {
            throw new CheckpointException($"a deleted file in {Path.GetDirectoryName(lost)} that is still open has another name (a hard link), which crik did not find in "
                + "this container, so the next pod would not have the file: close it before checkpoints");
        }

        OwnFiles own = Find(frozen, mounts, cancellation);
        if (policy.AdditionalPaths.Count + own.Files.Count + own.Places.Count > 0)
        {
            using HeldFiles held = FindHeld(frozen.Tree, own);
            foreach (string note in FileArchive.Capture(policy.AdditionalPaths, own.Files, own.Places, draft.FilesPath, cancellation, held).Notes)
            {
                Log.Warning(note);
            }
        }

        MessageQueues.Write(frozen.Tree.Queues, draft.ImagesPath);
        _ = frozen.Written.Value; // the stamps belong to the frozen files
        return new SaveState.Captured(frozen, own);
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
        string[] leaveAlone = [.. policy.AdditionalPaths, policy.ImageDir, Environment.ProcessPath!];
        IEnumerable<string> held = frozen.Tree.Paths.Concat(frozen.Tree.Shadows).Concat(frozen.Watches.Taken.Select(watch => watch.Path))
            .Concat(frozen.Renamed.Linked.Select(file => file.Path)).Concat(frozen.Sockets.Value.SelectMany(socket => socket.Names));
        OwnFiles own = OwnFiles.Choose(held, changed, policy.ContainerFilesLimit, leaveAlone, mounts, lifetime, path => Libc.TryStatus(path, followLinks: false));
        if (own.LeftOut is { } leftOut)
        {
            Log.Warning(leftOut);
        }

        Log.Debug("files of the container are copied into the checkpoint", ("files", own.Files.Count), ("directories", own.Places.Count));
        return own;
    }
}
