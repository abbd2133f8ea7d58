using Crik.Diagnostics;
using Crik.Policy;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>What has to be done before a checkpoint: load the missing pages, make room, and run the user's hook.</summary>
internal sealed class CheckpointPreparation(Pod pod, RunPolicy policy, ITree tree, ProgramStarted started)
{
    /// <summary>How long a checkpoint waits for older ones to be removed, so that there is room for it.</summary>
    private static readonly TimeSpan s_untilThereIsRoom = TimeSpan.FromSeconds(5);

    private bool IsOver => started.Program.HasExited || pod.Init.TerminationRequested is not null;

    /// <returns>Why crik begins no checkpoint; <see langword="null"/> when it may.</returns>
    public string? Obstacle(string because, Deadline deadline, bool leaveRunning, WriteSpeeds speeds)
    {
        // The time is asked before the hook runs: it may take longer than the program then has to end by itself. The save asks again.
        string? obstacle = pod.Store.IsReadOnly ? "the image directory is read-only"
            : pod.Criu.Setup.Problems is [var problem, ..] ? problem
            : AwaitPages(deadline, leaveRunning) ?? (policy.Hooks.BeforeCheckpoint is null ? null : TooLittleTime(deadline, speeds));
        if (obstacle is not null)
        {
            return obstacle;
        }

        Deadline untilThereIsRoom = Deadline.In(deadline.Left / 8 < s_untilThereIsRoom ? deadline.Left / 8 : s_untilThereIsRoom);
        pod.Store.RemoveLeftovers(() => untilThereIsRoom.HasPassed || (leaveRunning && IsOver));
        Deadline forHook = Deadline.In(deadline.Left / 2); // the rest is for the checkpoint itself
        return !new Hooks(pod.Init, policy.Hooks).BeforeCheckpoint(because, forHook, leaveRunning ? () => IsOver : () => started.Program.HasExited)
                ? "hooks.beforeCheckpoint failed, and whenHookFails is giveUp"
            : started.Program.HasExited ? "the program ended"
            : leaveRunning && IsOver ? "SIGTERM came"
            : null;
    }

    private string? TooLittleTime(Deadline deadline, WriteSpeeds speeds)
    {
        string? objection = null;
        _ = Faults.Of(() => // the checkpoint meets the same error, and reports it
        {
            long size = tree.ResidentBytes(tree.Tasks(started.Program.Pid));
            PageCompression way = PageCompression.Decide(
                policy.Save.Compression, () => pod.Criu.CanCompress() == true, size, Libc.FreeBytes(policy.Save.ImageDir), deadline.Left, speeds);
            objection = speeds.Objection(size, way.Compresses, deadline.Left);
        });
        return objection;
    }

    /// <summary>Waits until all pages of a lazily restored program are loaded, because only then it can be saved.</summary>
    /// <returns>Why the pages do not come, or not in time; <see langword="null"/> when all are loaded.</returns>
    private string? AwaitPages(Deadline deadline, bool leaveRunning)
    {
        if (started.Missing is not { AreComing: true } missing)
        {
            return null;
        }

        if (missing.Objection(deadline.Left) is { } objection)
        {
            return objection;
        }

        Log.Info(Event.CheckpointWaitsForPages, "the checkpoint waits for the pages that have not come in yet", ("mib", missing.Left >> 20));
        missing.Wait(() => leaveRunning ? IsOver : started.Program.HasExited, deadline);
        return missing.Failure ?? (missing.AreComing ? $"{missing.Left >> 20} of {missing.Total >> 20} MiB of the program's memory have not come in yet" : null);
    }
}
