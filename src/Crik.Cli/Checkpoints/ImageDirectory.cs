using System.Text.Json;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// The image directory, locked: at most one crik at a time owns one. The lock is <c>flock(2)</c>, which the kernel
/// drops with its holder and which NFS (v4, and v3 with lockd) and CephFS carry between machines.
/// </summary>
internal sealed class ImageDirectory : IDisposable
{
    private const uint PrivateDirectory = 0x1C0; // 0700: images are the program's memory
    private const uint PrivateFile = 0x180;
    private static readonly TimeSpan s_lockRetry = TimeSpan.FromMilliseconds(100);

    private readonly FileDescriptor? _lock;

    private ImageDirectory(string path, FileDescriptor? lockFile)
    {
        Path = path;
        _lock = lockFile;
    }

    public string Path { get; }

    /// <summary>
    /// It can only be read: any number of programs may be restored from it at once, none can be checkpointed into it, and
    /// nothing is remembered.
    /// </summary>
    public bool IsReadOnly => _lock is null;

    public string Checkpoints => CheckpointsIn(Path);

    public string Failed => FailedIn(Path);

    public string RunRecord => RunRecordIn(Path);

    public static string CheckpointsIn(string path) => System.IO.Path.Combine(path, "checkpoints");

    public static string FailedIn(string path) => System.IO.Path.Combine(path, "failed");

    public static string RunRecordIn(string path) => System.IO.Path.Combine(path, "run.json");

    /// <summary>Makes the directory ready and takes its lock.</summary>
    /// <param name="patience">How long to wait for another owner, who may be checkpointing.</param>
    /// <param name="mayBeReadOnly">Whether one that cannot be written will do.</param>
    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    /// <exception cref="CheckpointException">It cannot be written, or stays locked.</exception>
    public static ImageDirectory? Open(string path, TimeSpan patience, Supervisor supervisor, bool mayBeReadOnly)
    {
        try
        {
            if (mayBeReadOnly && Libc.CheckWritable(path) == Errno.EROFS)
            {
                Log.Info("the image directory is read-only: checkpoints are restored from it, and none are made", ("imageDir", path));
                return new ImageDirectory(path, lockFile: null);
            }

            Prepare(path);
            FileDescriptor file = OpenLock(path);
            if (!TakeLock(file, path, patience, supervisor))
            {
                file.Dispose();
                return null;
            }

            return Take(path, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"imageDir {path} cannot be used: {exception.Message}; mount a writable volume there that outlives the pod, owned by the user crik runs as");
        }
    }

    /// <summary>Takes the lock of a directory that is there already, for a command that changes what is in it.</summary>
    /// <exception cref="CheckpointException">It cannot be written, or somebody holds the lock.</exception>
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
                ExitCodes.Locked);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"imageDir {path} cannot be changed: {exception.Message}");
        }
    }

    /// <summary>Who holds the lock, or held it last.</summary>
    /// <returns><see langword="null"/> when it is free.</returns>
    /// <exception cref="IOException">It is no plain file, or its file system has no locks.</exception>
    public static LockHolder? FindHolder(string path)
    {
        if (Libc.Identify(LockIn(path), followLinks: false) is { IsRegular: false })
        {
            throw NoPlainFile(path);
        }

        using FileDescriptor? file = Libc.TryOpen(LockIn(path), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
        return file is null || Libc.TryLock(file) ? null : ReadHolder(path) ?? new LockHolder("unknown", 0, default);
    }

    public void Dispose()
    {
        _lock?.Dispose();
    }

    /// <summary>A mode of 0700 on the directory itself is wanted, but a volume's root may belong to another (fsGroup).</summary>
    private static void Prepare(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            Libc.SetMode(path, PrivateDirectory);
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EPERM)
        {
            Log.Debug("the mode of the image directory stays as it is: it is another user's", ("imageDir", path));
        }

        if (Libc.Identify(path, followLinks: true) is { } own && Libc.Identify("/", followLinks: true) is { } root
            && (own.DeviceMajor, own.DeviceMinor) == (root.DeviceMajor, root.DeviceMinor))
        {
            Log.Warning("no volume is mounted at the image directory: its checkpoints go away with the container", ("imageDir", path));
        }

        int errno = Libc.CheckWritable(path);
        if (errno != 0)
        {
            throw new LinuxException("not writable", errno);
        }
    }

    private static bool TakeLock(FileDescriptor file, string path, TimeSpan patience, Supervisor supervisor)
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
                    ExitCodes.Locked);
            }

            if (!told)
            {
                Log.Info("waiting for the image directory", ("holder", name), ("seconds", patience.TotalSeconds));
                told = true;
            }

            if (supervisor.Wait(() => supervisor.TerminationRequested is not null, Deadline.In(deadline.Left < s_lockRetry ? deadline.Left : s_lockRetry)))
            {
                return false;
            }
        }

        return true;
    }

    private static string LockIn(string path) => System.IO.Path.Combine(path, "lock");

    private static FileDescriptor OpenLock(string path)
    {
        FileDescriptor file = Libc.Open(LockIn(path), Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, PrivateFile);
        if (Libc.Identify(file.Number) is { IsRegular: true })
        {
            return file;
        }

        file.Dispose();
        throw NoPlainFile(path);
    }

    private static IOException NoPlainFile(string path) => new($"{LockIn(path)} is no plain file");

    private static ImageDirectory Take(string path, FileDescriptor file)
    {
        try
        {
            LockHolder holder = new(Environment.MachineName, Environment.ProcessId, DateTimeOffset.UtcNow);
            Libc.Empty(file, LockIn(path));
            Libc.Write(file, CheckpointJson.Write(holder), LockIn(path));
        }
        catch (LinuxException exception)
        {
            Log.Warning("the lock is held, but its file could not be told by whom", ("reason", exception.Message)); // a full volume, for instance
        }

        ImageDirectory directory = new(path, file);
        MakeDirectory(directory.Checkpoints);
        MakeDirectory(directory.Failed);
        return directory;
    }

    /// <summary>A link in its place would lead what is written and removed there to somewhere else.</summary>
    private static void MakeDirectory(string path)
    {
        if (!Libc.MakeDirectory(path, PrivateDirectory) && Libc.Identify(path, followLinks: false) is not { IsDirectory: true })
        {
            throw new IOException($"{path} is no directory");
        }
    }

    private static string Name(LockHolder? holder) =>
        holder is null ? "another crik" : $"crik of {holder.HostName} (pid {holder.Pid}, since {holder.Since:u})";

    private static LockHolder? ReadHolder(string path)
    {
        try
        {
            // Not with File: it takes the same lock for reading.
            byte[] text = new byte[1024];
            using FileDescriptor file = Libc.Open(LockIn(path), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK);
            return CheckpointJson.ReadLockHolder(text.AsMemory(0, (int)Math.Max(0, Libc.TryRead(file, text))));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // its holder may be writing it
        }
    }
}
