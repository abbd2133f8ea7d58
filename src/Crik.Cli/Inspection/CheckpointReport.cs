using Crik.Checkpoints;
using Crik.Criu;
using Crik.Linux;

namespace Crik.Inspection;

/// <summary>All that can be said about one checkpoint.</summary>
internal sealed class CheckpointReport
{
    private CheckpointReport(StoredCheckpoint stored)
    {
        Stored = stored;
    }

    public StoredCheckpoint Stored { get; }

    public CheckpointManifest? Manifest => Stored.Manifest;

    /// <summary>Why the checkpoint is not what was committed; <see langword="null"/> when it is whole, or says nothing of itself.</summary>
    public string? Damage { get; private init; }

    public TimeSpan? Frozen { get; private init; }

    public IReadOnlyList<SavedTask> Tasks { get; private init; } = [];

    public IReadOnlyList<SavedMount> Mounts { get; private init; } = [];

    /// <summary>What keeps it from being restored on this machine.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What else is different here.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <param name="fit">Whether it fits this machine: problems and remarks.</param>
    /// <exception cref="CheckpointException">An image is so damaged that it cannot be read.</exception>
    public static CheckpointReport Read(StoredCheckpoint stored, string images, Func<CheckpointManifest, (IReadOnlyList<string> Problems, IReadOnlyList<string> Remarks)> fit)
    {
        ImageSet set = new(images);
        (IReadOnlyList<string> problems, IReadOnlyList<string> remarks) = stored.Manifest is null ? ([], []) : fit(stored.Manifest);
        IReadOnlyList<SavedTask> tasks = new TreeReader(set).Read(Streams(stored.Manifest));
        AddWatches(tasks, stored.Manifest?.Watches ?? []);
        return new CheckpointReport(stored)
        {
            Damage = FindDamage(stored),
            Frozen = DumpStatistics.Find(images)?.Frozen,
            Tasks = tasks,
            Mounts = MountReader.Read(set),
            MemoryBytes = set.Names("pages-").Sum(name => Libc.Identify(set.PathOf(name), followLinks: false)?.Size ?? 0),
            Problems = problems,
            Remarks = remarks,
        };
    }

    /// <summary>Bytes of the pages of memory among the images.</summary>
    public long MemoryBytes { get; private init; }

    private static string? FindDamage(StoredCheckpoint stored)
    {
        try
        {
            if (stored.Manifest is not null)
            {
                ManifestReader.Read(stored.Path, stored.Generation);
            }

            return stored.Problem;
        }
        catch (CheckpointException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>inotify watches are not in the images: crik keeps them.</summary>
    private static void AddWatches(IReadOnlyList<SavedTask> tasks, IReadOnlyList<InotifyWatch> watches)
    {
        foreach (SavedTask task in tasks)
        {
            if (watches.Any(watch => watch.Pid == task.Pid))
            {
                task.Files = [.. task.Files.Select(file => file.Kind != "inotify" ? file : file with
                {
                    What = string.Join(", ", watches.Where(watch => watch.Pid == task.Pid && watch.Descriptor == file.Descriptor).Select(watch => watch.Path)),
                })];
            }
        }
    }

    private static Dictionary<uint, int> Streams(CheckpointManifest? manifest)
    {
        Dictionary<uint, int> streams = [];
        foreach (StdioLink link in manifest?.Stdio ?? [])
        {
            foreach (uint id in link.ImageIds)
            {
                streams.TryAdd(id, link.Stream);
            }
        }

        return streams;
    }
}
