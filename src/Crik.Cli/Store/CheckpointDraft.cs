namespace Crik.Store;

/// <summary>
/// Holds a checkpoint while a save makes it. No start restores it before <see cref="Commit"/>. If it was not committed,
/// <see cref="Dispose"/> hands it over for removal.
/// </summary>
internal sealed class CheckpointDraft(ImageDirectory directory, int generation, Leftovers leftovers) : IDisposable
{
    private readonly string _staging = directory.StagingOf(generation);
    private readonly string _target = directory.CheckpointOf(generation);
    private readonly FileDescriptor _opened = Make(directory.StagingOf(generation));

    public int Generation => generation;

    public bool IsCommitted { get; private set; }

    public string ImagesPath => CheckpointLayout.ImagesIn(_staging);

    public string FilesPath => CheckpointLayout.FilesIn(_staging);

    /// <summary>
    /// Writes the images of pages to the disk. They are most of the checkpoint. Each file is synced separately, because syncfs(2) also waits
    /// for what others write to the same file system.
    /// </summary>
    public void WritePages()
    {
        foreach (string file in Directory.EnumerateFiles(ImagesPath).Where(file => CheckpointLayout.IsPages(Path.GetFileName(file))))
        {
            SyncFile(file);
        }
    }

    /// <summary>Adds the manifest and writes everything to the disk. This is slow, but it changes nothing outside the draft.</summary>
    public void Seal(CheckpointManifest manifest)
    {
        string path = CheckpointLayout.ManifestIn(_staging);
        using (FileDescriptor file = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC, FileModes.OwnFile))
        {
            Libc.Write(file, CheckpointJson.Write(manifest), path);
            Libc.Sync(file, path);
        }

        Libc.SyncFileSystem(_opened, _staging);
        if (Libc.IsOnFuse(_staging)) // the kernel does not pass syncfs(2) on to a FUSE server
        {
            foreach (string file in Directory.EnumerateFiles(_staging, "*", SearchOption.AllDirectories))
            {
                SyncFile(file);
            }

            foreach (string below in Directory.EnumerateDirectories(_staging, "*", SearchOption.AllDirectories).Append(_staging))
            {
                Libc.SyncDirectory(below);
            }
        }
    }

    /// <summary>Makes the checkpoint one that a start restores. Call <see cref="Seal"/> before.</summary>
    /// <exception cref="CheckpointException">Another pod has taken the image directory.</exception>
    public void Commit()
    {
        directory.ThrowUnlessOurs();
        try
        {
            Libc.Rename(_staging, _target);
            Libc.SyncDirectory(directory.Checkpoints);
            Libc.SyncDirectory(directory.Path);
        }
        catch (LinuxException exception)
        {
            // A power cut might remove the checkpoint, so the save has failed and the program runs on. Then no start may restore it. A server
            // may also have carried out a rename that it reports as failed.
            if (IsInPlace)
            {
                TakeBackAfter(exception);
            }

            throw;
        }

        IsCommitted = true;
    }

    /// <summary>Undoes <see cref="Commit"/>, so that no start restores the checkpoint.</summary>
    /// <exception cref="CheckpointException">Another pod has taken the image directory, and may have restored the checkpoint.</exception>
    public void TakeBack()
    {
        directory.ThrowUnlessOurs();
        IsCommitted = false;
        Libc.Rename(_target, _staging);
    }

    public void Dispose()
    {
        _opened.Dispose();
        if (!IsCommitted)
        {
            leftovers.Add(_staging);
        }
    }

    private static FileDescriptor Make(string staging)
    {
        Leftovers.RemoveNow(staging);
        Libc.MakeDirectory(staging, FileModes.OwnDirectory);
        Libc.MakeDirectory(CheckpointLayout.ImagesIn(staging), FileModes.OwnDirectory);
        return Libc.Open(staging, Libc.O_RDONLY | Libc.O_DIRECTORY); // opened before anything is written, because syncfs(2) reports only the errors since then
    }

    private bool IsInPlace =>
        Libc.TryStatus(_opened.Number) is { } draft && Libc.TryStatus(_target, followLinks: false) is { } target && (draft.Device, draft.Inode) == (target.Device, target.Inode);

    private void TakeBackAfter(LinuxException failure)
    {
        try
        {
            TakeBack();
        }
        catch (LinuxException exception)
        {
            throw new CheckpointException(
                $"checkpoint {generation} could not be committed ({failure.Message}) and could not be taken back ({exception.Message}); if the program has changed its state "
                + $"since, remove {_target} before the next start");
        }
    }

    private static void SyncFile(string file)
    {
        using FileDescriptor opened = Libc.Open(file, Libc.O_RDONLY | Libc.O_NOFOLLOW);
        Libc.Sync(opened, file);
    }
}
