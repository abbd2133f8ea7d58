using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Puts the files of a checkpoint back before its restore, and takes them away again after a restore that failed.</summary>
internal sealed class FilesPutBack(Pod pod, RestorePolicy policy)
{
    private readonly PutBack _putBack = new();

    /// <returns><see langword="false"/> when SIGTERM came.</returns>
    public bool Run(CheckpointManifest manifest)
    {
        X11Directory.Make();
        Undo(); // an attempt before may have failed after some of the files
        MemoryFileNumbers.CountOn(manifest.MemoryFileNumber ?? 0);
        Stopwatch clock = Stopwatch.StartNew();
        return !manifest.HasFiles || BackgroundWork.Run(
            pod.Init, Deadline.Never, cancellation => Run(manifest, cancellation), () => pod.Init.TerminationRequested is not null,
            () => Log.Info(Event.RestoreProgress, "putting files back", ("seconds", (long)clock.Elapsed.TotalSeconds)));
    }

    /// <summary>Removes the files of a failed checkpoint, because neither another checkpoint nor a fresh start may find them.</summary>
    public void Undo()
    {
        if (_putBack.Undo() is > 0 and { } left)
        {
            Log.Warning(Event.FilesNotTakenBack, "files that were put back for a restore that failed could not be removed; the program may find them",
                ("files", left));
        }
    }

    private void Run(CheckpointManifest manifest, CancellationToken cancellation)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        string[] own = [.. manifest.OwnPaths.Where(path => OwnFiles.IsOwn(path, mounts))];
        ArchiveRoots allowed = new(policy.AdditionalPaths, own, leftOut: [.. manifest.OwnPaths.Except(own)]);
        string archive = CheckpointLayout.FilesIn(pod.Store.PathOf(manifest.Generation));
        foreach (string note in FileArchive.Restore(archive, allowed, cancellation, _putBack).Notes)
        {
            Log.Warning(Event.FilesNotPutBack, note);
        }

        Preload.CompleteForProgram(manifest.Paths);
    }
}
