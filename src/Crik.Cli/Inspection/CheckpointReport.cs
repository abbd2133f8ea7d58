using Crik.Criu;
using Crik.Criu.Images;
using Crik.Store;

namespace Crik.Inspection;

/// <summary>Everything that crik can find out about one checkpoint.</summary>
internal sealed class CheckpointReport
{
    private CheckpointReport(StoredCheckpoint stored)
    {
        Stored = stored;
    }

    public StoredCheckpoint Stored { get; }

    public CheckpointManifest? Manifest => Stored.Manifest;

    /// <summary>Why the checkpoint is not what was committed; <see langword="null"/> when it is whole, or has no manifest.</summary>
    public string? Damage { get; private init; }

    /// <summary>How long the program was frozen for the checkpoint, if criu recorded it.</summary>
    public TimeSpan? Frozen { get; private init; }

    /// <summary>The bytes of all images of memory pages.</summary>
    public long MemoryBytes { get; private init; }

    public SavedTask[] Tasks { get; private init; } = [];

    public List<SavedMount> Mounts { get; private init; } = [];

    /// <summary>Whether it can be restored on this machine.</summary>
    public Fit Fit { get; private init; } = Fit.Unknown;

    /// <param name="fit">Compares a manifest with this machine.</param>
    /// <exception cref="CheckpointException">An image is missing or damaged.</exception>
    public static CheckpointReport Read(StoredCheckpoint stored, string images, Func<CheckpointManifest, Fit> fit)
    {
        ImageSet set = new(images);
        SavedTask[] tasks = new TreeReader(set).Read(Streams(stored.Manifest));
        AddWatches(tasks, stored.Manifest);
        long memory = 0;
        foreach (string name in set.Names(ImageName.PagesPrefix))
        {
            memory += Libc.TryStatus(set.PathOf(name), followLinks: false)?.Size ?? 0;
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

    /// <summary>Adds the paths of inotify watches, which are in the manifest: crik takes them off before criu saves the program.</summary>
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

/// <summary>Whether a checkpoint can be restored on the machine where it is looked at.</summary>
/// <param name="problems">The reasons why it cannot be restored here.</param>
/// <param name="remarks">Other differences that the program may notice.</param>
internal sealed class Fit(IReadOnlyList<string> problems, IReadOnlyList<string> remarks)
{
    public static Fit Unknown { get; } = new([], []);

    public IReadOnlyList<string> Problems => problems;

    public IReadOnlyList<string> Remarks => remarks;
}
