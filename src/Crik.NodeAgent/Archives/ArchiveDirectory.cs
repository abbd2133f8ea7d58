using Crik.Contracts.PodCheckpoints;
using Crik.Images;

namespace Crik.NodeAgent.Archives;

/// <summary>The archives in a real directory. A rename within one file system moves all of an archive or nothing.</summary>
/// <param name="directory">Where the kubelet leaves archives. The directory of the agent is `crik` below it.</param>
/// <param name="leastFree">The part of the file system that has to stay free, such as 0.1.</param>
internal sealed class ArchiveDirectory(string directory, double leastFree) : ICheckpointArchives
{
    private string Own => Path.Combine(directory, "crik");

    /// <summary>Makes the directory of the agent. Only root may look into it, as into the one above.</summary>
    public void Prepare() => Directory.CreateDirectory(Own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public IReadOnlyList<HeldArchive> Held() =>
        Directory.Exists(Own) ? [.. Directory.EnumerateFiles(Own).Select(static path => HeldArchive.Parse(Path.GetFileName(path))).OfType<HeldArchive>()] : [];

    public async Task<IReadOnlyList<FoundArchive>> FindAsync(SavedContainer container, DateTimeOffset since, CancellationToken cancellationToken)
    {
        DateTimeOffset second = since.AddTicks(-(since.Ticks % TimeSpan.TicksPerSecond)); // the name has no parts of it
        List<FoundArchive> found = [];
        foreach (string path in Directory.EnumerateFiles(directory))
        {
            if (ArchiveName.TimeOf(Path.GetFileName(path), container.Name) is { } time && time >= second && new FileInfo(path).LinkTarget is null && await IsCompleteAsync(path, container, cancellationToken) is { } isComplete)
            {
                found.Add(new FoundArchive(Path.GetFileName(path), time, isComplete));
            }
        }

        return [.. found.OrderBy(static archive => archive.MadeAt).ThenBy(static archive => archive.FileName, StringComparer.Ordinal)];
    }

    public void Claim(string fileName, HeldArchive archive)
    {
        string path = Path.Combine(directory, fileName);
        try
        {
            FileInfo file = new(path);
            if (!file.Exists || file.LinkTarget is not null)
            {
                throw new ArchiveException(PodCheckpointReasons.ArchiveLost,
                    $"The kubelet has made {path}, and the agent does not see it. Mount the kubelet's directory for checkpoints, and name it with --checkpoint-directory.");
            }

            File.Move(path, Path.Combine(Own, archive.FileName), overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(PodCheckpointReasons.ArchiveLost, $"The archive {path} cannot be renamed into {Own}: {exception.Message}", exception);
        }
    }

    public async Task<CheckedArchive> CheckAsync(HeldArchive archive, SavedContainer container, CancellationToken cancellationToken)
    {
        string path = Path.Combine(Own, archive.FileName);
        try
        {
            await using FileStream stream = OpenFile(path);
            CheckpointArchive read = await CheckpointArchive.ReadAsync(stream, ArchiveLimits.Default, cancellationToken);

            // The pod may be deleted next. The file systems of nodes (ext4, xfs, btrfs) write a rename through with the file.
            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            return IsOf(read, container)
                ? new CheckedArchive(read.Size, read.Runtime, read.CheckpointedAt, new DateTimeOffset(File.GetLastWriteTimeUtc(path)))
                : throw new ArchiveException(PodCheckpointReasons.NotThisPod,
                    $"The archive that the kubelet named is that of the container {read.Container} of pod {read.Namespace}/{read.Pod} with the UID {read.PodUid}, not of {container}. It was removed.");
        }
        catch (ImageException exception)
        {
            throw new ArchiveException(PodCheckpointReasons.BadArchive, $"The archive of the container {container} cannot be used. {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(PodCheckpointReasons.ArchiveLost, $"The archive {path} cannot be read: {exception.Message}", exception);
        }
    }

    public Stream Open(HeldArchive archive) => OpenFile(Path.Combine(Own, archive.FileName));

    public void Remove(HeldArchive archive) => File.Delete(Path.Combine(Own, archive.FileName));

    public void Discard(string fileName) => File.Delete(Path.Combine(directory, fileName));

    public string? DiskProblem(long? memory)
    {
        DriveInfo disk = new(directory);
        string free = $"The file system of {directory} has only {disk.AvailableFreeSpace >> 20} MiB of {disk.TotalSize >> 20} MiB free";
        return disk.AvailableFreeSpace < disk.TotalSize * leastFree
                ? $"{free}, and {leastFree:0.#%} have to stay free. Free some space on the node, or lower nodeAgent.minFree in the values of the chart."
            : memory > disk.AvailableFreeSpace
                ? $"{free}, and the container can have {memory >> 20} MiB of memory, which is its limit. Free some space on the node, or lower the limit of the container."
            : null;
    }

    /// <returns>Null if it is an archive of another container whose name looks like it.</returns>
    private static async Task<bool?> IsCompleteAsync(string path, SavedContainer container, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream stream = OpenFile(path);
            CheckpointArchive read = await CheckpointArchive.ReadAsync(stream, ArchiveLimits.Default, cancellationToken);
            return IsOf(read, container) ? true : null;
        }
        catch (ImageException)
        {
            return false;
        }
    }

    /// <summary>The name of a pod can be that of another one, which was made again. The runtime has written the UID.</summary>
    private static bool IsOf(CheckpointArchive archive, SavedContainer container) =>
        archive.Is(container.Name.Namespace, container.Name.Pod, container.Name.Container) && archive.PodUid == container.PodUid;

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 << 10, useAsync: true);
}
