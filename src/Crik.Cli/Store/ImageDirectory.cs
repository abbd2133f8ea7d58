using System.Text.Json;
using Crik.Diagnostics;

namespace Crik.Store;

/// <summary>
/// Locks an image directory, so that only one crik at a time owns it, and names the paths in it. The lock is a <c>flock(2)</c>: the kernel
/// releases it when its holder ends, and on NFS (v4, and v3 with lockd) and CephFS it works between machines.
/// </summary>
internal sealed class ImageDirectory(string path, FileDescriptor? heldLock, long epoch = 0) : IDisposable
{
    private const int HolderBytes = 1024;
    private static readonly TimeSpan s_lockRetry = TimeSpan.FromMilliseconds(100);

    private int _lossIsLogged;

    public string Path => path;

    /// <summary>
    /// Whether the directory can only be read. Any number of pods may restore from it at the same time. crik saves no checkpoints and no
    /// run records in it.
    /// </summary>
    public bool IsReadOnly => heldLock is null;

    public string Checkpoints => CheckpointsIn(path);

    public string Failed => FailedIn(path);

    public string RunRecord => RunRecordIn(path);

    /// <summary>This crik's number among the holders of the lock; 0 in a directory that can only be read.</summary>
    public long Epoch => epoch;

    public string CheckpointOf(int generation) => System.IO.Path.Combine(Checkpoints, $"{generation}");

    public string FailedOf(int generation) => System.IO.Path.Combine(Failed, $"{generation}");

    /// <summary>
    /// Names the directory in which a checkpoint is made before it is committed. The epoch keeps it apart from the one of a pod that lost its
    /// lock and does not know it.
    /// </summary>
    public string StagingOf(int generation) => System.IO.Path.Combine(path, $"{CheckpointStore.StagingPrefix}{generation}.{epoch}");

    /// <summary>Names the directory of an attempt to restore. The epoch keeps it apart as in <see cref="StagingOf"/>.</summary>
    public string RestoreOf(int generation) => System.IO.Path.Combine(path, $"{CheckpointStore.RestorePrefix}{generation}.{epoch}");

    public static string CheckpointsIn(string path) => System.IO.Path.Combine(path, "checkpoints");

    public static string FailedIn(string path) => System.IO.Path.Combine(path, "failed");

    public static string RunRecordIn(string path) => System.IO.Path.Combine(path, "run.json");

    /// <summary>Makes the directory ready and takes its lock.</summary>
    /// <param name="patience">How long to wait for another owner, who may be checkpointing.</param>
    /// <param name="wait">Waits for a while, and returns <see langword="true"/> when SIGTERM came.</param>
    /// <param name="mayBeReadOnly">Whether one that cannot be written will do.</param>
    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    /// <exception cref="CheckpointException">It cannot be written, or stays locked.</exception>
    public static ImageDirectory? Open(string path, TimeSpan patience, Func<TimeSpan, bool> wait, bool mayBeReadOnly)
    {
        try
        {
            if (mayBeReadOnly && Libc.CheckWritable(path) == Errno.EROFS)
            {
                Log.Info(Event.ImageDirectoryReadOnly, "the image directory is read-only: checkpoints are restored from it, and none are made",
                    ("imageDir", path));
                return new ImageDirectory(path, heldLock: null);
            }

            Prepare(path);
            FileDescriptor file = OpenLock(path);
            if (TakeLock(file, path, patience, wait))
            {
                return Take(path, file);
            }

            file.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <summary>
    /// Takes the lock of an existing directory if it is free. Until <see cref="Claim"/> this crik is none of its holders, and nothing in it
    /// has changed.
    /// </summary>
    /// <returns><see langword="null"/> when somebody else holds the lock.</returns>
    /// <exception cref="IOException">It is no directory, or the disk fails.</exception>
    public static ImageDirectory? TryLock(string path)
    {
        if (Libc.TryStatus(path, followLinks: false) is not { IsDirectory: true })
        {
            Libc.ThrowOnTrouble(path);
            throw new IOException($"{path} is no directory");
        }

        FileDescriptor file = OpenLock(path);
        try
        {
            if (Libc.TryLock(file))
            {
                return new ImageDirectory(path, file);
            }
        }
        catch (LinuxException)
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Makes this crik the next holder of a directory from <see cref="TryLock"/>. Dispose what is returned, and not this.</summary>
    public ImageDirectory Claim() => Take(path, heldLock!);

    /// <summary>Makes the directories in which checkpoints are. Only the holder of the lock may do it.</summary>
    public void MakeLayout()
    {
        MakeDirectory(Checkpoints);
        MakeDirectory(Failed);
    }

    /// <summary>Says who holds the lock of a directory, for a message.</summary>
    public static string HolderOf(string path) => Name(ReadHolder(path));

    /// <summary>Makes the directory of a pool ready, with a directory for each slot.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void PreparePool(string path, int slots)
    {
        try
        {
            Prepare(path);
            MakeDirectory(SlotLayout.SlotsIn(path));
            for (int number = 0; number < slots; number++)
            {
                MakeDirectory(SlotLayout.SlotIn(path, number));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    public static CheckpointException Unusable(string path, Exception cause) => new(
        $"imageDir {path} cannot be used: {Faults.Reason(cause)}; mount a writable volume there that outlives the pod, owned by the user crik runs as");

    /// <summary>Takes the lock of an existing directory, for a command that changes its checkpoints.</summary>
    /// <exception cref="CheckpointException">The directory cannot be written, or another crik holds the lock.</exception>
    public static ImageDirectory OpenForChange(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                throw new CheckpointException($"there is no image directory {path}");
            }

            FileDescriptor file = OpenLock(path);
            if (Libc.TryLock(file))
            {
                return Take(path, file);
            }

            file.Dispose();
            throw new CheckpointException(
                $"{path} is in use by {Name(ReadHolder(path))}: its checkpoints can be changed while no crik runs on it; scale the workload down, "
                + "and do this in a pod that has the volume",
                FailureKind.Locked);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"imageDir {path} cannot be changed: {Faults.Reason(exception)}");
        }
    }

    /// <summary>Finds the crik that holds the lock.</summary>
    /// <returns><see langword="null"/> when the lock is free.</returns>
    /// <exception cref="IOException">The lock is no plain file, or its file system has no locks.</exception>
    public static LockHolder? FindHolder(string path)
    {
        if (Libc.TryStatus(LockIn(path), followLinks: false) is { IsRegular: false })
        {
            throw NoPlainFile(path);
        }

        using FileDescriptor? file = Libc.TryOpen(LockIn(path), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
        return file is null || Libc.TryLockShared(file) ? null : ReadHolder(path) ?? new LockHolder("unknown", 0, default);
    }

    /// <summary>
    /// Makes sure that no other pod has taken the lock. A file system may drop this pod's lock without telling crik: NFS does it when a node
    /// was cut off for longer than its lease.
    /// </summary>
    /// <exception cref="CheckpointException">Another pod has taken the image directory since.</exception>
    public void ThrowUnlessOurs()
    {
        if (FindLoss() is { } loss)
        {
            throw new CheckpointException(loss);
        }
    }

    /// <summary>
    /// Whether crik may change the directory now. Ask before every change, because the next start would believe what a pod without the lock
    /// has written. Logs once that another pod has taken the lock.
    /// </summary>
    /// <returns><see langword="false"/> when the directory can only be read, or another pod has taken it.</returns>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool MayChange()
    {
        if (IsReadOnly)
        {
            return false;
        }

        string? loss = FindLoss();
        if (loss is not null && Interlocked.Exchange(ref _lossIsLogged, 1) == 0)
        {
            Log.Error(Event.LockLost, loss);
        }

        return loss is null;
    }

    public void Dispose() => heldLock?.Dispose();

    /// <returns>What happened, when another pod has taken the directory; <see langword="null"/> when it is still this pod's.</returns>
    private string? FindLoss()
    {
        FileStatus? named = Libc.TryStatus(LockIn(path), followLinks: false);
        if (named is null)
        {
            Libc.ThrowOnTrouble(LockIn(path));
        }

        bool isSameFile = heldLock is not null && Libc.TryStatus(heldLock.Number) is { } locked && (locked.Device, locked.Inode) == (named?.Device, named?.Inode);
        LockHolder? holder = isSameFile ? ReadHolder(heldLock!) : ReadHolder(path);
        bool isOurs = isSameFile && (holder is null || holder.Epoch == epoch) && RunRecordReader.EpochIn(RunRecord) <= epoch;
        return isOurs ? null
            : $"{path} belongs to {Name(holder)} now: this pod was cut off from the volume and lost its lock; crik changes nothing there any more, "
            + "because the other pod goes on from the checkpoints that it found";
    }

    /// <summary>
    /// Makes the directory, for crik's user alone, because images hold the program's memory. The root of a volume may belong to another user
    /// (fsGroup), and keeps its mode.
    /// </summary>
    private static void Prepare(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            Libc.SetMode(path, FileModes.OwnDirectory);
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EPERM)
        {
            Log.Debug(Event.ImageDirectoryModeKept, "the mode of the image directory stays as it is: it is another user's", ("imageDir", path));
        }

        if (Libc.TryStatus(path, followLinks: true) is { } own && Libc.TryStatus("/", followLinks: true) is { } root
            && own.Device == root.Device)
        {
            Log.Warning(Event.NoVolumeMounted, "no volume is mounted at the image directory: its checkpoints go away with the container", ("imageDir", path));
        }

        if (Libc.CheckWritable(path) is var errno and not 0)
        {
            throw new LinuxException("not writable", errno);
        }
    }

    private static bool TakeLock(FileDescriptor file, string path, TimeSpan patience, Func<TimeSpan, bool> wait)
    {
        Deadline deadline = Deadline.In(patience);
        bool told = false;
        while (!Libc.TryLock(file))
        {
            string name = Name(ReadHolder(path));
            if (deadline.HasPassed)
            {
                throw new CheckpointException(
                    $"{path} is in use by {name}: one image directory serves one pod at a time; give each replica "
                    + "its own (a StatefulSet's volume claim), use the Recreate strategy, or raise lockTimeout",
                    FailureKind.Locked);
            }

            if (!told)
            {
                Log.Info(Event.WaitsForLock, "waiting for the image directory", ("holder", name), ("seconds", patience.TotalSeconds));
                told = true;
            }

            if (wait(deadline.Left < s_lockRetry ? deadline.Left : s_lockRetry))
            {
                return false;
            }
        }

        return true;
    }

    private static string LockIn(string path) => System.IO.Path.Combine(path, "lock");

    private static FileDescriptor OpenLock(string path)
    {
        FileDescriptor file = Libc.Open(LockIn(path), Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, FileModes.OwnFile);
        if (Libc.TryStatus(file.Number) is { IsRegular: true })
        {
            return file;
        }

        file.Dispose();
        throw NoPlainFile(path);
    }

    private static IOException NoPlainFile(string path) => new($"{LockIn(path)} is no plain file");

    private static ImageDirectory Take(string path, FileDescriptor file)
    {
        // The record has the epoch too, because on a full volume the name of a holder is lost.
        long epoch = Math.Max(ReadHolder(file)?.Epoch ?? 0, RunRecordReader.EpochIn(RunRecordIn(path))) + 1;
        Exception? fault = Faults.Of(() =>
        {
            LockHolder holder = new(Environment.MachineName, Environment.ProcessId, DateTimeOffset.UtcNow, epoch);
            byte[] padded = new byte[HolderBytes]; // always of one size, so that nobody reads an empty file or half a name, and a full volume has the room
            padded.AsSpan().Fill((byte)' ');
            CheckpointJson.Write(holder).CopyTo(padded, 0);
            Libc.WriteAt(file, 0, padded);
            Libc.Sync(file, LockIn(path)); // the pod that held the lock before may be on another node
        });
        if (fault is not null) // a full volume, for instance
        {
            Log.Warning(Event.LockHolderNotWritten, "crik holds the lock of the image directory and could not write its name into it",
                ("path", LockIn(path)), ("reason", fault.Message));
        }

        ImageDirectory directory = new(path, file, epoch);
        directory.MakeLayout();
        return directory;
    }

    /// <summary>Makes a directory. It refuses a link in its place, because crik would write and remove files outside its directory.</summary>
    private static void MakeDirectory(string path)
    {
        if (!Libc.MakeDirectory(path, FileModes.OwnDirectory) && Libc.TryStatus(path, followLinks: false) is not { IsDirectory: true })
        {
            throw new IOException($"{path} is no directory");
        }
    }

    private static string Name(LockHolder? holder) =>
        holder is null ? "another crik" : $"crik of {holder.HostName} (pid {holder.Pid}, since {holder.Since:u})";

    private static LockHolder? ReadHolder(string path)
    {
        // System.IO.File would take the same lock in order to read.
        using FileDescriptor? file = Libc.TryOpen(LockIn(path), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
        LockHolder? holder = null;
        _ = Faults.Of(() => holder = file is null ? null : ReadHolder(file));
        return holder;
    }

    /// <returns><see langword="null"/> when the text is incomplete, because its holder is just writing it.</returns>
    private static LockHolder? ReadHolder(FileDescriptor file)
    {
        byte[] text = new byte[HolderBytes];
        int read = Libc.ReadAt(file, 0, text);
        try
        {
            return CheckpointJson.ReadLockHolder(text.AsMemory(0, read));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
