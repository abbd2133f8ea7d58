using Crik.Diagnostics;

namespace Crik.Store;

/// <summary>
/// Finds, adds and removes the checkpoints of an image directory. Everything under <c>checkpoints/</c> is complete, because a rename puts
/// it there.
/// </summary>
internal sealed class CheckpointStore(ImageDirectory directory)
{
    internal const string StagingPrefix = ".staging-";
    internal const string RestorePrefix = ".restore-";

    /// <summary>How the names of the directories begin in which <c>crik check</c> tries a save and a restore.</summary>
    internal const string CheckPrefix = ".check-trial-";

    /// <summary>How many checkpoints that could not be restored, and how many logs of failed dumps, crik keeps for an operator.</summary>
    private const int FailedKept = 3;

    /// <summary>The highest number that counts as a checkpoint's. It leaves room, so that adding one never overflows.</summary>
    internal const int HighestNumber = 1_000_000_000;

    private readonly Leftovers _leftovers = new();
    private int _lastBegun;

    /// <summary>
    /// Whether the directory can only be read. Methods that would change it then do nothing. They also do nothing when another pod has taken
    /// the directory (<see cref="ImageDirectory.MayChange"/>).
    /// </summary>
    public bool IsReadOnly => directory.IsReadOnly;

    /// <summary>Lists the numbers of the committed checkpoints, newest first.</summary>
    public IReadOnlyList<int> Generations() => [.. Checkpoints(directory.Checkpoints).OrderDescending()];

    /// <summary>Finds the highest number of all checkpoints, including those that were set aside.</summary>
    public int NewestGeneration() => Numbers(directory.Checkpoints).Concat(Numbers(directory.Failed)).Max(0);

    /// <summary>Finds the newest checkpoint that was set aside, if it is not history and every committed checkpoint is.</summary>
    /// <returns><see langword="null"/> when there is none.</returns>
    public int? NewestSetAside() => NewestSetAside(ReadRunRecord());

    /// <inheritdoc cref="NewestSetAside()"/>
    public int? NewestSetAside(RunRecord? last)
    {
        int history = last?.HistoryUpTo ?? 0;
        int newest = Checkpoints(directory.Failed).Max(0);
        return newest > history && Generations().All(generation => generation <= history) ? newest : null;
    }

    public string PathOf(int generation) => directory.CheckpointOf(generation);

    /// <summary>Renames what an interrupted save or restore left behind, and hands it over for removal.</summary>
    public void SweepUnfinished()
    {
        foreach (string path in directory.MayChange() ? UnfinishedIn(directory.Path) : [])
        {
            Log.Info(Event.LeftoverRemoved, "removing what an interrupted run left unfinished", ("path", path));
            MoveAwayAndRemove(path);
        }
    }

    /// <summary>Lists what an interrupted save or restore left behind, if no crik runs on the image directory.</summary>
    internal static IEnumerable<string> UnfinishedIn(string imageDir) => Directory.EnumerateDirectories(imageDir, ".*").Where(
        path => new[] { StagingPrefix, RestorePrefix, CheckPrefix }.Any(prefix => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)));

    /// <exception cref="CheckpointException">Another pod has taken the image directory.</exception>
    public void ThrowUnlessOurs()
    {
        if (!IsReadOnly)
        {
            directory.ThrowUnlessOurs();
        }
    }

    public long Epoch => directory.Epoch;

    /// <summary>Removes the directories that were handed over for removal. Call it when there is nothing more important to do.</summary>
    /// <param name="stop">Called between two files. The removal pauses when it returns <see langword="true"/>.</param>
    public void RemoveLeftovers(Func<bool> stop) => _leftovers.Remove(stop);

    /// <summary>
    /// Starts a new checkpoint under a name that no start restores. Its number is never used again, because a thread may still write to a
    /// draft that was given up.
    /// </summary>
    /// <exception cref="CheckpointException">Another pod has taken the image directory, and may make a draft with the same number.</exception>
    public CheckpointDraft Begin()
    {
        directory.ThrowUnlessOurs();
        int generation = _lastBegun = Numbers(directory.Checkpoints).Concat(Numbers(directory.Failed)).Concat(Skipped()).Max(_lastBegun) + 1;
        return new CheckpointDraft(directory, generation, _leftovers);
    }

    /// <summary>
    /// Makes a directory for one attempt to restore. It is in the image directory, where logs outlive the pod, or in the container when that
    /// volume is full or read-only.
    /// </summary>
    /// <param name="bytes">How many bytes must be free.</param>
    public string NewRestoreDirectory(int generation, long bytes)
    {
        string[] places = IsReadOnly ? ["/tmp", "/dev/shm"] : [directory.Path, "/tmp", "/dev/shm"];
        foreach (string place in places)
        {
            string path = place == directory.Path ? directory.RestoreOf(generation) : Path.Combine(place, $"crik{RestorePrefix}{generation}");
            try
            {
                Leftovers.RemoveNow(path);
                if (Libc.FreeBytes(place) > bytes && Libc.MakeDirectory(path, FileModes.OwnDirectory))
                {
                    return path;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.Debug(Event.RestoreDirectoryUnusable, "this directory cannot hold the files of a restore",
                    ("place", place), ("reason", Faults.Reason(exception)));
            }
        }

        throw new CheckpointException($"there is no room for the {bytes >> 10} KiB that a restore writes, in any of {string.Join(", ", places)}; free some in the image directory");
    }

    /// <summary>Removes checkpoints. The caller sees to it that the newest one stays, and the one that a start would restore.</summary>
    public void Prune(IEnumerable<int> generations)
    {
        foreach (int generation in directory.MayChange() ? generations : [])
        {
            MoveAwayAndRemove(PathOf(generation)); // a half-removed checkpoint must not look committed
        }
    }

    /// <summary>Makes the next start restore this checkpoint, which may be one that was set aside.</summary>
    /// <exception cref="CheckpointException">The checkpoint does not exist, or is damaged, or another pod has taken the image directory.</exception>
    public void RollBack(int generation, DateTimeOffset now)
    {
        directory.ThrowUnlessOurs();
        string path = new[] { PathOf(generation), directory.FailedOf(generation) }.FirstOrDefault(Directory.Exists)
            ?? throw new CheckpointException($"there is no checkpoint {generation} in {directory.Path}; 'crik list' shows those that are there");
        ManifestReader.Read(path, generation);
        if (path != PathOf(generation))
        {
            Libc.Rename(path, PathOf(generation));
            Libc.SyncDirectory(directory.Checkpoints);
            Libc.SyncDirectory(directory.Failed);
        }

        WriteRunRecord(Rollback.To(generation, ReadRunRecord(), Generations(), now));
    }

    /// <summary>Sets a checkpoint aside that cannot be restored, together with the logs of the attempts.</summary>
    /// <returns>The path of the checkpoint afterwards.</returns>
    public string Quarantine(int generation, IReadOnlyList<string> logs)
    {
        if (!directory.MayChange())
        {
            return PathOf(generation);
        }

        string target = directory.FailedOf(generation);
        Leftovers.RemoveNow(target);
        Libc.Rename(PathOf(generation), target);
        Libc.SyncDirectory(directory.Failed);
        Libc.SyncDirectory(directory.Checkpoints);
        void KeepLogs()
        {
            foreach (string log in logs.Where(File.Exists))
            {
                File.Move(log, Path.Combine(target, Path.GetFileName(log)), overwrite: true);
            }

            foreach (int old in Checkpoints(directory.Failed).OrderDescending().Skip(FailedKept))
            {
                MoveAwayAndRemove(directory.FailedOf(old));
            }
        }

        if (Faults.Of(KeepLogs) is { } fault)
        {
            Log.Warning(Event.CriuLogsNotKept, "the logs of a failed restore could not be kept, or older ones not removed", ("reason", fault.Message));
        }

        string attempt = directory.RestoreOf(generation);
        Leftovers.WarnOf(attempt, () => Leftovers.RemoveNow(attempt));
        return target;
    }

    /// <summary>Moves the log of a failed dump to <c>failed/dump-N.log</c>, where an operator finds it.</summary>
    /// <returns>The path of the log; <see langword="null"/> when there is no log, or it could not be moved.</returns>
    public string? KeepDumpLog(CheckpointDraft draft)
    {
        string kept = Path.Combine(directory.Failed, $"dump-{draft.Generation}.log");
        bool isKept = false;
        void Keep()
        {
            if (directory.MayChange())
            {
                File.Move(Path.Combine(draft.ImagesPath, CheckpointLayout.DumpLog), kept, overwrite: true);
                isKept = true;
            }
        }

        void RemoveOldest() // by their times, because a number can occur again after a restart
        {
            foreach (string old in Directory.GetFiles(directory.Failed, "dump-*.log").Where(log => log != kept).OrderByDescending(File.GetLastWriteTimeUtc).Skip(FailedKept - 1))
            {
                File.Delete(old);
            }
        }

        _ = Faults.Of(Keep);
        if (isKept && Faults.Of(RemoveOldest) is { } fault)
        {
            Log.Warning(Event.CriuLogsNotKept, "older logs of failed dumps could not be removed", ("reason", fault.Message));
        }

        return isKept ? kept : null;
    }

    /// <returns><see langword="null"/> when there is no record, or it is damaged.</returns>
    public RunRecord? ReadRunRecord() => RunRecordReader.Read(directory.RunRecord);

    public void WriteRunRecord(RunRecord record, Func<bool>? isGivenUp = null)
    {
        if (!directory.MayChange())
        {
            return;
        }

        string next = $"{directory.RunRecord}.new";
        using (FileDescriptor file = Libc.Create(next, FileModes.OwnFile))
        {
            Libc.Write(file, CheckpointJson.Write(record), next);
            Libc.Sync(file, next);
        }

        if (isGivenUp?.Invoke() == true)
        {
            return;
        }

        Libc.Rename(next, directory.RunRecord);
        Libc.SyncDirectory(directory.Path);
    }

    /// <summary>Finds the state that a checkpoint holds. A checkpoint that cannot be read counts as a state of its own.</summary>
    public int StateOf(int generation)
    {
        try
        {
            return ManifestReader.ReadAlone(PathOf(generation), generation).State;
        }
        catch (CheckpointException)
        {
            return generation;
        }
    }

    /// <summary>Finds when a checkpoint was made. If its manifest cannot be read, the time of its directory has to do.</summary>
    public DateTimeOffset MadeAt(int generation)
    {
        try
        {
            return ManifestReader.ReadAlone(PathOf(generation), generation).CreatedAt;
        }
        catch (CheckpointException)
        {
            return Directory.GetLastWriteTimeUtc(PathOf(generation));
        }
    }

    /// <summary>The checkpoints that were rolled back from or given up.</summary>
    public IReadOnlyList<int> Skipped() => ReadRunRecord()?.Skipped ?? [];

    /// <summary>Removes a directory under a name that the next start removes too, so a failure is only logged.</summary>
    public static void TryRemove(string path) => Leftovers.WarnOf(path, () => Directory.Delete(path, recursive: true));

    /// <summary>Renames a directory to a name that does not look like a checkpoint, and hands it over for removal.</summary>
    private void MoveAwayAndRemove(string path) => Leftovers.WarnOf(path, () =>
    {
        string going = Path.Combine(directory.Path, $"{StagingPrefix}removed-{Guid.NewGuid():n}");
        Libc.Rename(path, going);
        _leftovers.Add(going);
    });

    /// <summary>Lists the numbers of the checkpoints here. It leaves out links, because crik would write outside its directory through them.</summary>
    private static IEnumerable<int> Checkpoints(string path) => Numbers(path).Where(number =>
        Libc.TryStatus(Path.Combine(path, $"{number}"), followLinks: false) is not { IsSymlink: true });

    /// <summary>Lists all numbers in use, including those of links.</summary>
    internal static IEnumerable<int> Numbers(string path) =>
        Directory.EnumerateDirectories(path).Select(entry => NumberIn(Path.GetFileName(entry))).Where(number => number is > 0 and <= HighestNumber);

    /// <summary>Reads "7", not "07", "+7" or "7 ": a number names one directory only.</summary>
    private static int NumberIn(string name) =>
        name[0] != '0' && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
