using Crik.Criu;
using Crik.Criu.Images;
using Crik.Proof;
using Crik.Store;

namespace Crik.Inspection;

/// <summary>Everything that crik can find out about one checkpoint.</summary>
internal sealed class CheckpointReport
{
    public required StoredCheckpoint Stored { get; init; }

    public CheckpointManifest? Manifest => Stored.Manifest;

    /// <summary>Why the checkpoint is not what was committed; <see langword="null"/> when it is whole, or has no manifest.</summary>
    public string? Damage { get; init; }

    /// <summary>How long the program was frozen for the checkpoint, if criu recorded it.</summary>
    public TimeSpan? Frozen { get; init; }

    /// <summary>The bytes of all images of memory pages.</summary>
    public long MemoryBytes { get; init; }

    public SavedTask[] Tasks { get; init; } = [];

    public SavedMount[] Mounts { get; init; } = [];

    /// <summary>Whether it can be restored on this machine.</summary>
    public Fit Fit { get; init; } = Fit.Unknown;

    /// <summary>Whether a new pod has everything that a restore needs, as far as the checkpoint tells.</summary>
    public Verdict Restorable { get; init; } = new([], []);

    /// <param name="fit">Compares a manifest with this machine.</param>
    /// <exception cref="CheckpointException">An image is missing or damaged.</exception>
    public static CheckpointReport Read(StoredCheckpoint stored, string images, Func<CheckpointManifest, Fit> fit)
    {
        ImageSet set = new(images);
        SavedTask[] tasks = new TreeReader(set).Read(Streams(stored.Manifest));
        AddWatches(tasks, stored.Manifest);
        return new CheckpointReport
        {
            Stored = stored,
            Damage = FindDamage(stored),
            Frozen = DumpStatistics.FindFrozen(images),
            MemoryBytes = set.Names(ImageName.PagesPrefix).Sum(name => Libc.TryStatus(set.PathOf(name), followLinks: false)?.Size ?? 0),
            Tasks = tasks,
            Mounts = MountReader.Read(set),
            Restorable = Prove(stored, images),
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

    private static Verdict Prove(StoredCheckpoint stored, string images)
    {
        CheckpointManifest? manifest = stored.Manifest;
        InterfaceAddress[] addresses = [.. (manifest?.Addresses ?? []).Select(InterfaceAddress.TryParse).OfType<InterfaceAddress>()];
        string? archive = manifest?.HasFiles == true ? CheckpointLayout.FilesIn(stored.Path) : null;
        return SavedPod.Prove(images, archive, addresses, manifest?.RenamedFiles ?? [], manifest?.SocketFiles ?? []);
    }

    /// <summary>Adds the paths of inotify watches, which are in the manifest: crik takes them off before criu saves the program.</summary>
    private static void AddWatches(SavedTask[] tasks, CheckpointManifest? manifest)
    {
        Dictionary<(int Pid, int Descriptor), string> paths = [];
        foreach (InotifyWatch watch in manifest?.Watches ?? [])
        {
            (int, int) key = (watch.Pid, watch.Descriptor);
            paths[key] = paths.TryGetValue(key, out string? others) && others.Length < 200 ? $"{others}, {watch.Path}" : others ?? watch.Path;
        }

        foreach (SavedTask task in tasks)
        {
            for (int i = 0; i < task.Files.Length; i++)
            {
                if (task.Files[i].Kind == "inotify" && paths.TryGetValue((task.Pid, task.Files[i].Descriptor), out string? watched))
                {
                    task.Files[i] = task.Files[i] with { What = watched };
                }
            }
        }
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
/// <param name="Problems">The reasons why it cannot be restored here.</param>
/// <param name="Remarks">Other differences that the program may notice.</param>
internal sealed record Fit(IReadOnlyList<string> Problems, IReadOnlyList<string> Remarks)
{
    public static Fit Unknown { get; } = new([], []);
}
