using System.Globalization;
using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>The committed checkpoints of an image directory. What is under <c>checkpoints/</c> is whole: it got there by a rename.</summary>
internal sealed class CheckpointStore(ImageDirectory directory)
{
    internal const string StagingPrefix = ".staging-";
    private const string RestorePrefix = ".restore-";

    /// <summary>A trial of <c>crik check</c>'s.</summary>
    internal const string CheckPrefix = ".check-trial-";

    /// <summary>How many checkpoints that could not be restored, and logs of dumps that failed, are kept for a look.</summary>
    private const int FailedKept = 3;

    /// <summary>Higher ones are nobody's: the next would not be a number any more.</summary>
    internal const int HighestNumber = 1_000_000_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Removal _removal = new();
    private int _lastBegun;

    /// <summary>Nothing can be changed in it; what would be is left out.</summary>
    public bool IsReadOnly => directory.IsReadOnly;

    /// <summary>Committed generations, newest first.</summary>
    public IReadOnlyList<int> Generations() => [.. Checkpoints(directory.Checkpoints).OrderDescending()];

    /// <summary>Of all that were committed, those set aside among them.</summary>
    /// <returns>0 when there is none.</returns>
    public int NewestGeneration() => Numbers(directory.Checkpoints).Concat(Numbers(directory.Failed)).DefaultIfEmpty(0).Max();

    /// <summary>The newest checkpoint that was set aside, when nothing of that state is left to be restored and it is not history.</summary>
    public int? NewestSetAside()
    {
        int history = ReadRunRecord()?.HistoryUpTo ?? 0;
        int newest = Checkpoints(directory.Failed).DefaultIfEmpty(0).Max();
        return newest > history && Generations().All(generation => generation <= history) ? newest : null;
    }

    public string PathOf(int generation) => Path.Combine(directory.Checkpoints, generation.ToString(CultureInfo.InvariantCulture));

    /// <summary>Has removed what an interrupted checkpoint or restore left behind. It is out of the way at once.</summary>
    public void SweepUnfinished()
    {
        if (IsReadOnly)
        {
            return;
        }

        foreach (string path in Directory.EnumerateDirectories(directory.Path, ".*"))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith(StagingPrefix, StringComparison.Ordinal) || name.StartsWith(RestorePrefix, StringComparison.Ordinal)
                || name.StartsWith(CheckPrefix, StringComparison.Ordinal))
            {
                Log.Info("removing what an interrupted run left unfinished", ("path", path));
                MoveAwayAndRemove(path);
            }
        }
    }

    /// <summary>For what was begun to be removed; a volume that hangs is not waited for.</summary>
    public void FinishRemoving(TimeSpan atMost) => _removal.Wait(atMost);

    /// <summary>
    /// Starts a new generation in a place where nobody looks for one. Its number is never given out again: work on a draft
    /// that was given up may still be going on.
    /// </summary>
    public CheckpointDraft Begin()
    {
        _removal.Wait(s_patience); // for its room
        int generation = _lastBegun = Numbers(directory.Checkpoints).Concat(Numbers(directory.Failed)).Concat(Skipped()).Append(_lastBegun).Max() + 1;
        string staging = Path.Combine(directory.Path, $"{StagingPrefix}{generation}");
        return new CheckpointDraft(generation, staging, PathOf(generation), directory.Path, _removal.Begin);
    }

    /// <summary>
    /// A directory for one attempt to restore: beside the checkpoints, where logs outlive the pod, or, where that volume takes
    /// nothing, in the container.
    /// </summary>
    /// <param name="bytes">What will be written into it at least.</param>
    public string NewRestoreDirectory(int generation, long bytes)
    {
        string name = $"{RestorePrefix}{generation}";
        string[] places = IsReadOnly ? ["/tmp", "/dev/shm"] : [directory.Path, "/tmp", "/dev/shm"];
        foreach (string place in places)
        {
            string path = Path.Combine(place, place == directory.Path ? name : $"crik{name}");
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }

                if (Libc.FreeBytes(place) > bytes && Libc.MakeDirectory(path, 0x1C0))
                {
                    return path;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.Debug("no restore from here", ("place", place), ("reason", exception.Message));
            }
        }

        throw new CheckpointException($"there is no room for the {bytes >> 10} KiB that a restore writes, in any of {string.Join(", ", places)}; free some in the image directory");
    }

    /// <summary>Removes the checkpoints beyond those to keep. Never the newest, nor the one that a start would restore.</summary>
    /// <returns>Their numbers.</returns>
    public IReadOnlyList<int> Prune(int keep)
    {
        int[] removed = [.. Retention.ToRemove(Generations(), Skipped(), keep)];
        foreach (int generation in removed)
        {
            Remove(directory.Checkpoints, generation);
        }

        return removed;
    }

    /// <summary>Lets the next start go on from this checkpoint, which may be one that was set aside.</summary>
    /// <exception cref="CheckpointException">It is not there, or not whole.</exception>
    public void RollBack(int generation, DateTimeOffset now)
    {
        string setAside = Path.Combine(directory.Failed, generation.ToString(CultureInfo.InvariantCulture));
        bool isSetAside = !Directory.Exists(PathOf(generation)) && Directory.Exists(setAside);
        if (!isSetAside && !Directory.Exists(PathOf(generation)))
        {
            throw new CheckpointException($"there is no checkpoint {generation} in {directory.Path}; 'crik list' shows those that are there");
        }

        ManifestReader.Read(isSetAside ? setAside : PathOf(generation), generation);
        if (isSetAside)
        {
            Libc.Rename(setAside, PathOf(generation));
            Libc.SyncDirectory(directory.Checkpoints);
            Libc.SyncDirectory(directory.Failed);
        }

        WriteRunRecord(Rollback.To(generation, ReadRunRecord(), Generations(), now));
    }

    /// <summary>Takes a checkpoint that cannot be restored out of the way, with the logs of the attempts.</summary>
    public string Quarantine(int generation, IReadOnlyList<string> logs)
    {
        if (IsReadOnly)
        {
            return PathOf(generation);
        }

        string target = Path.Combine(directory.Failed, generation.ToString(CultureInfo.InvariantCulture));
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Libc.Rename(PathOf(generation), target);
        Libc.SyncDirectory(directory.Failed);
        Libc.SyncDirectory(directory.Checkpoints);
        try
        {
            foreach (string log in logs.Where(File.Exists))
            {
                File.Move(log, Path.Combine(target, Path.GetFileName(log)), overwrite: true);
            }

            foreach (int old in Checkpoints(directory.Failed).OrderDescending().Skip(FailedKept))
            {
                Remove(directory.Failed, old);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("the logs of a failed restore could not be kept, or older ones not removed", ("reason", exception.Message));
        }

        string attempt = Path.Combine(directory.Path, $"{RestorePrefix}{generation}");
        if (Directory.Exists(attempt))
        {
            TryRemove(attempt);
        }

        return target;
    }

    /// <summary>Keeps the log of a failed dump where an operator finds it: <c>failed/dump-N.log</c>.</summary>
    public string? KeepDumpLog(CheckpointDraft draft)
    {
        string log = Path.Combine(draft.ImagesPath, "dump.log");
        string kept = Path.Combine(directory.Failed, $"dump-{draft.Generation}.log");
        try
        {
            File.Move(log, kept, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        RemoveOldDumpLogs(kept);
        return kept;
    }

    /// <summary>By their times: a number can come again after a restart.</summary>
    private void RemoveOldDumpLogs(string newest)
    {
        try
        {
            foreach (string old in Directory.GetFiles(directory.Failed, "dump-*.log").Where(log => log != newest).OrderByDescending(File.GetLastWriteTimeUtc).Skip(FailedKept - 1))
            {
                File.Delete(old);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning("older logs of failed dumps could not be removed", ("reason", exception.Message));
        }
    }

    /// <returns><see langword="null"/> when there is none, or none that can be read.</returns>
    public RunRecord? ReadRunRecord() => ReadRunRecord(directory.RunRecord);

    internal static RunRecord? ReadRunRecord(string path) => RunRecordReader.Read(path);

    /// <summary>Replaces the run record as a whole.</summary>
    public void WriteRunRecord(RunRecord record)
    {
        if (IsReadOnly)
        {
            return;
        }

        string next = $"{directory.RunRecord}.new";
        using (FileDescriptor file = Libc.Create(next, 0x180))
        {
            Libc.Write(file, CheckpointJson.Write(record), next);
            Libc.Sync(file, next);
        }

        Libc.Rename(next, directory.RunRecord);
        Libc.SyncDirectory(directory.Path);
    }

    private IReadOnlyList<int> Skipped() => ReadRunRecord()?.Skipped ?? [];

    /// <summary>For what is in nobody's way: what cannot be removed now, the next start sweeps.</summary>
    public static void TryRemove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CouldNotRemove(path, exception);
        }
    }

    /// <summary>Under a name that nobody takes.</summary>
    private void MoveAwayAndRemove(string path)
    {
        string going = Path.Combine(directory.Path, $"{StagingPrefix}removed-{Guid.NewGuid():n}");
        try
        {
            Libc.Rename(path, going);
            _removal.Begin(going);
        }
        catch (IOException exception)
        {
            CouldNotRemove(path, exception);
        }
    }

    private static void CouldNotRemove(string path, Exception exception) =>
        Log.Warning("something unfinished could not be removed; the next start tries again", ("path", path), ("reason", exception.Message));

    /// <summary>Those that are here: a link leads to somebody else's, and what crik writes there would be outside.</summary>
    private static IEnumerable<int> Checkpoints(string path) => Numbers(path).Where(number =>
        Libc.Identify(Path.Combine(path, number.ToString(CultureInfo.InvariantCulture)), followLinks: false) is not { IsLink: true });

    /// <summary>All that are taken, links among them.</summary>
    internal static IEnumerable<int> Numbers(string path)
    {
        foreach (string entry in Directory.EnumerateDirectories(path))
        {
            // "7", not "07", "+7" or "7 ": a number names one directory only.
            string name = Path.GetFileName(entry);
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= HighestNumber && name[0] != '0')
            {
                yield return number;
            }
        }
    }

    /// <summary>A half-removed checkpoint must not look committed: it is renamed first.</summary>
    private void Remove(string parent, int generation)
    {
        string going = Path.Combine(directory.Path, $"{StagingPrefix}removed-{generation}");
        if (Directory.Exists(going))
        {
            Directory.Delete(going, recursive: true);
        }

        Libc.Rename(Path.Combine(parent, generation.ToString(CultureInfo.InvariantCulture)), going);
        Directory.Delete(going, recursive: true);
        Log.Debug("removed an old checkpoint", ("generation", generation));
    }
}
