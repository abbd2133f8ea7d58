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

    /// <summary>Bytes of the pages of memory among the images.</summary>
    public long MemoryBytes { get; private init; }

    public SavedTask[] Tasks { get; private init; } = [];

    public List<SavedMount> Mounts { get; private init; } = [];

    /// <summary>How it fits this machine.</summary>
    public Fit Fit { get; private init; } = Fit.Unknown;

    /// <param name="images">The directory that criu's images are in.</param>
    /// <param name="fit">Asked of a checkpoint that says what it is.</param>
    /// <exception cref="CheckpointException">An image is so damaged that it cannot be read.</exception>
    public static CheckpointReport Read(StoredCheckpoint stored, string images, Func<CheckpointManifest, Fit> fit)
    {
        ImageSet set = new(images);
        SavedTask[] tasks = new TreeReader(set).Read(Streams(stored.Manifest));
        AddWatches(tasks, stored.Manifest);
        long memory = 0;
        foreach (string name in set.Names("pages-"))
        {
            memory += Libc.Identify(set.PathOf(name), followLinks: false)?.Size ?? 0;
        }

        return new CheckpointReport(stored)
        {
            Damage = FindDamage(stored),
            Frozen = DumpStatistics.FindFrozen(images),
            MemoryBytes = memory,
            Tasks = tasks,
            Mounts = MountReader.Read(set),
            Fit = stored.Manifest is null ? Fit.Unknown : fit(stored.Manifest),
        };
    }

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
    private static void AddWatches(SavedTask[] tasks, CheckpointManifest? manifest)
    {
        if (manifest is null || manifest.Watches.Count == 0)
        {
            return;
        }

        Dictionary<ulong, string> paths = [];
        foreach (InotifyWatch watch in manifest.Watches)
        {
            ulong key = Key(watch.Pid, watch.Descriptor);
            paths[key] = paths.TryGetValue(key, out string? others) && others.Length < 200 ? $"{others}, {watch.Path}" : others ?? watch.Path;
        }

        foreach (SavedTask task in tasks)
        {
            for (int i = 0; i < task.Files.Length; i++)
            {
                if (task.Files[i].Kind == "inotify" && paths.TryGetValue(Key(task.Pid, task.Files[i].Descriptor), out string? watched))
                {
                    task.Files[i] = task.Files[i].Watching(watched);
                }
            }
        }

        static ulong Key(int pid, int descriptor) => ((ulong)(uint)pid << 32) | (uint)descriptor;
    }

    private static Dictionary<uint, StdioLink> Streams(CheckpointManifest? manifest)
    {
        Dictionary<uint, StdioLink> streams = [];
        foreach (StdioLink link in manifest?.Stdio ?? [])
        {
            foreach (uint id in link.ImageIds)
            {
                streams.TryAdd(id, link);
            }
        }

        return streams;
    }
}

/// <summary>How a checkpoint fits the machine it is looked at on.</summary>
/// <param name="problems">What keeps it from being restored here.</param>
/// <param name="remarks">What else is different.</param>
internal sealed class Fit(IReadOnlyList<string> problems, IReadOnlyList<string> remarks)
{
    public static Fit Unknown { get; } = new([], []);

    public IReadOnlyList<string> Problems => problems;

    public IReadOnlyList<string> Remarks => remarks;
}
