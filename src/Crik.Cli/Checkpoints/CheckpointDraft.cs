using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// A checkpoint being made. Nothing looks at it until <see cref="Commit"/>; <see cref="Dispose"/> has one
/// removed that was not committed.
/// </summary>
internal sealed class CheckpointDraft : IDisposable
{
    private const uint PrivateDirectory = 0x1C0;

    private readonly string _staging;
    private readonly string _target;
    private readonly string _parent;
    private readonly Action<string> _remove;
    private readonly FileDescriptor _directory;
    private bool _committed;

    /// <param name="remove">Has a directory removed, without waiting for it.</param>
    public CheckpointDraft(int generation, string staging, string target, string parent, Action<string> remove)
    {
        Generation = generation;
        _staging = staging;
        _target = target;
        _parent = parent;
        _remove = remove;
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        Libc.MakeDirectory(staging, PrivateDirectory);
        Libc.MakeDirectory(ImagesPath, PrivateDirectory);
        _directory = Libc.Open(staging, Libc.O_RDONLY | Libc.O_DIRECTORY); // opened first: write-back errors from now on are seen
    }

    public int Generation { get; }

    public bool IsCommitted => _committed;

    public string ImagesPath => Path.Combine(_staging, "images");

    public string FilesPath => Path.Combine(_staging, "files");

    /// <summary>Puts the manifest in and everything on disk. Slow; touches nothing outside the draft.</summary>
    public void Seal(CheckpointManifest manifest)
    {
        string path = Path.Combine(_staging, "manifest.json");
        using (FileDescriptor file = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC, 0x180))
        {
            Libc.Write(file, CheckpointJson.Write(manifest), path);
            Libc.Sync(file, path);
        }

        Libc.SyncFileSystem(_directory, _staging);
        if (Libc.IsOnFuse(_staging))
        {
            SyncEach(_staging); // the kernel does not pass syncfs(2) on to a FUSE server
        }
    }

    /// <summary>From here on it is there. Call after <see cref="Seal"/>.</summary>
    public void Commit()
    {
        Libc.Rename(_staging, _target);
        try
        {
            Libc.SyncDirectory(Path.GetDirectoryName(_target)!);
            Libc.SyncDirectory(_parent);
        }
        catch (LinuxException)
        {
            // Whether it is there after a power cut is not sure now; so it must not be there while the program runs on.
            Libc.Rename(_target, _staging);
            throw;
        }

        _committed = true;
    }

    private static void SyncEach(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory))
        {
            using FileDescriptor opened = Libc.Open(file, Libc.O_RDONLY | Libc.O_NOFOLLOW);
            Libc.Sync(opened, file);
        }

        foreach (string below in Directory.EnumerateDirectories(directory))
        {
            SyncEach(below);
        }

        Libc.SyncDirectory(directory);
    }

    public void Dispose()
    {
        _directory.Dispose();
        if (!_committed)
        {
            _remove(_staging);
        }
    }
}
