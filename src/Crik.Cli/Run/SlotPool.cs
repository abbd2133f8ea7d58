using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Policy;
using Crik.Store;

namespace Crik.Run;

/// <summary>
/// Takes a slot of the pool in an image directory for a starting crik, and waits until there is one (docs/design/0031-slots.md).
/// <see cref="SlotDecision"/> has the rules; this class holds the locks and looks into the slots.
/// </summary>
internal sealed class SlotPool(string imageDir, StartPolicy start, WhenRestoreFails whenRestoreFails, PodIdentity here)
{
    private readonly Dictionary<int, SlotView.Saved> _refused = [];
    private readonly HashSet<int> _warnedOf = [];

    /// <summary>How long to wait before another look. A look at one slot on a network file system takes some milliseconds.</summary>
    private TimeSpan Pause => TimeSpan.FromMilliseconds(Math.Max(250, 10 * start.ImageDirSlots));

    /// <param name="wait">Waits for a while, and returns <see langword="true"/> when SIGTERM came.</param>
    /// <returns><see langword="null"/> when SIGTERM came first.</returns>
    /// <exception cref="CheckpointException">The directory cannot be used, or there is no slot for this pod.</exception>
    public ImageDirectoryClaim? Take(Func<TimeSpan, bool> wait)
    {
        try
        {
            ImageDirectory.PreparePool(imageDir, start.ImageDirSlots);
            ThrowOnStateOutside();
            return TakeInTime(wait);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ImageDirectory.Unusable(imageDir, exception);
        }
    }

    /// <summary>Gives a slot back, because its state was not restored. It is not tried again before somebody has changed it.</summary>
    public void Refuse(ImageDirectoryClaim claim, SlotRefusal refusal)
    {
        int number = claim.Slot!.Value;
        if (Look(number, claim.Directory) is SlotView.Saved saved)
        {
            _refused[number] = saved with { Refusal = refusal };
        }

        Log.Warning(Event.SlotRefused, "the state of a slot was not restored; it stays where it is, and crik looks for another slot",
            ("slot", number), ("reason", refusal.Reason));
    }

    private ImageDirectoryClaim? TakeInTime(Func<TimeSpan, bool> wait)
    {
        Deadline deadline = Deadline.In(start.LockTimeout);
        for (bool told = false; ; told = true)
        {
            IReadOnlyList<SlotView> seen = [];
            if (TryTake(ref seen) is { } claim)
            {
                return claim;
            }

            if (deadline.HasPassed)
            {
                throw NoSlot(seen);
            }

            if (!told)
            {
                Log.Info(Event.WaitsForSlot, "waiting for a slot of the image directory", ("imageDir", imageDir), ("seconds", start.LockTimeout.TotalSeconds));
            }

            if (wait(deadline.Left < Pause ? deadline.Left : Pause))
            {
                return null;
            }
        }
    }

    /// <summary>Locks every free slot, and keeps the one that was chosen.</summary>
    /// <param name="seen">What there was; nothing while another crik chooses.</param>
    /// <returns><see langword="null"/> when crik has to wait.</returns>
    private ImageDirectoryClaim? TryTake(ref IReadOnlyList<SlotView> seen)
    {
        using ImageDirectory? choosing = ImageDirectory.TryLock(SlotLayout.SlotsIn(imageDir));
        if (choosing is null)
        {
            return null;
        }

        Dictionary<int, ImageDirectory> free = [];
        try
        {
            seen = [.. SlotLayout.Numbers(imageDir).Select(number => LockAndLook(number, free))];
            switch (SlotDecision.Decide(seen, start.ImageDirSlots))
            {
                case SlotDecision.Take take:
                    ImageDirectoryClaim claim = new(free[take.Number].Claim(), take.Number, take.RestoresOnly);
                    free.Remove(take.Number);
                    Log.Info(Event.SlotTaken, "took a slot of the image directory", ("slot", take.Number), ("because", take.Because));
                    return claim;
                case SlotDecision.GiveUp:
                    throw NoSlot(seen);
                default:
                    return null;
            }
        }
        finally
        {
            foreach (ImageDirectory directory in free.Values)
            {
                directory.Dispose();
            }
        }
    }

    private SlotView LockAndLook(int number, Dictionary<int, ImageDirectory> free)
    {
        string path = SlotLayout.SlotIn(imageDir, number);
        try
        {
            if (ImageDirectory.TryLock(path) is not { } directory)
            {
                return new SlotView.Taken(number, ImageDirectory.HolderOf(path));
            }

            free[number] = directory;
            return Look(number, directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException)
        {
            string reason = Faults.Reason(exception);
            if (_warnedOf.Add(number))
            {
                Log.Warning(Event.SlotUnreadable, "a slot cannot be read, so crik does not know whether a state waits in it, and starts no program afresh beside it",
                    ("slot", number), ("path", path), ("reason", reason));
            }

            return new SlotView.Unreadable(number, reason);
        }
    }

    private SlotView Look(int number, ImageDirectory directory)
    {
        directory.MakeLayout();
        CheckpointStore store = new(directory);
        RunRecord? last = RunRecordReader.ReadSilently(directory.RunRecord);
        bool isOwn = last is not null && here.IsOf(last);
        StartDecision decision = StartDecision.Decide(last, store.Generations(), start.RestoreMode, start.WhenCrashed);
        if (decision.Generations is [var newest, ..])
        {
            SlotView.Saved saved = new(number, newest, store.MadeAt(newest), isOwn);
            return _refused.TryGetValue(number, out SlotView.Saved? refused) && refused with { Refusal = null } == saved ? refused : saved;
        }

        return whenRestoreFails == WhenRestoreFails.Fail && store.NewestSetAside(last) is { } setAside
            ? new SlotView.GivenUp(number, setAside)
            : new SlotView.Empty(number, isOwn);
    }

    /// <exception cref="CheckpointException">A crik without imageDirSlots has left a state, which nobody would restore.</exception>
    private void ThrowOnStateOutside()
    {
        if (!Directory.Exists(ImageDirectory.CheckpointsIn(imageDir)))
        {
            return;
        }

        RunRecord? last = RunRecordReader.ReadSilently(ImageDirectory.RunRecordIn(imageDir));
        int[] committed = [.. CheckpointStore.Numbers(ImageDirectory.CheckpointsIn(imageDir)).OrderDescending()];
        if (StartDecision.Decide(last, committed, start.RestoreMode, start.WhenCrashed).Generations is [var newest, ..])
        {
            throw new CheckpointException(
                $"{imageDir} has the state of a crik without imageDirSlots (checkpoint {newest}), which no slot would restore: while no pod uses the volume, move "
                + "checkpoints, failed and run.json to a new directory slots/0, or remove them",
                FailureKind.CheckpointNotRestored);
        }
    }

    private CheckpointException NoSlot(IReadOnlyList<SlotView> seen)
    {
        (FailureKind kind, string reason) = SlotDecision.Explain(seen);
        return new CheckpointException(
            kind == FailureKind.Locked
                ? $"all slots of {imageDir} are in use: {reason}; set imageDirSlots to the number of replicas, let a roll-out end a pod before it starts another "
                    + "(maxSurge: 0), or raise lockTimeout"
                : $"no slot of {imageDir} has a state that this pod can restore, and a fresh start is forbidden by the configuration: {reason}",
            kind);
    }
}
