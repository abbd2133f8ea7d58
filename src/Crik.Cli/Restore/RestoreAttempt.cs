using System.Diagnostics;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>One attempt to restore one checkpoint, which is only read.</summary>
internal sealed class RestoreAttempt(Pod pod, IRestoredTree tree, CheckpointManifest manifest, Action beforeResume)
{
    private static readonly TimeSpan s_untilEnded = TimeSpan.FromSeconds(5);

    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether the program runs before all of its pages are loaded.</summary>
    public bool Lazily { get; init; }

    public Action<Thread> StartThread { get; init; } = thread => thread.Start();

    /// <param name="early">A criu that was started early, if there is one. It ends with the attempt.</param>
    public RestoreOutcome Run(CriuForRestore? early = null)
    {
        using CriuForRestore? first = early;
        string work = pod.Store.NewRestoreDirectory(manifest.Generation, ImageView.RoomFor(manifest));
        RestorePlan plan = new(manifest, pod.Store.PathOf(manifest.Generation), beforeResume, work);
        RestoreOutcome outcome = Run(plan, early);
        plan.Queues?.Dispose();
        if (outcome is not RestoreOutcome.Restored)
        {
            plan.Missing?.Dispose();
            plan.Queues?.Undo();
            plan.RemoveView(); // the logs stay, so that an operator can find the cause
            if (plan.Root is { } root)
            {
                pod.Init.Forget(root);
            }
        }
        else if (plan.Missing is null)
        {
            plan.Remove();
        }

        return outcome;
    }

    private RestoreOutcome Run(RestorePlan plan, CriuForRestore? early)
    {
        Stopwatch clock = Stopwatch.StartNew();
        CriuForRestore? late = null;
        RestoreConversation? conversation = null;
        try
        {
            tree.NoteOthers();
            if (tree.TakenByCrik(manifest) is { } taken)
            {
                return Failed(plan, $"the program needs the process number {taken}, and crik itself has it here; start crik as the container's first process", isOfPod: true, passes: false);
            }

            Prepare(plan);
            CriuForRestore criu = early ?? (late = pod.Criu.StartForRestore());
            if (plan.Missing is { } missing && !missing.WaitUntilReady())
            {
                return Clean(criu, Explain(plan, LazyPagesProcess.LogName, [], ending: null));
            }

            using FileDescriptor images = Libc.Open(plan.View!.Path, Libc.O_RDONLY | Libc.O_DIRECTORY);
            using FileDescriptor logs = Libc.Open(plan.Work, Libc.O_RDONLY | Libc.O_DIRECTORY);
            conversation = new RestoreConversation(pod.Init, tree, criu.Session, plan, Longest);
            if (conversation.Hold(CriuRequest.ForRestore(Options(plan, criu, images, logs))))
            {
                // Before anything else: a SIGTERM that comes now has to reach the program.
                ChildProcess root = pod.Init.Program = plan.Root!;
                Log.Info(Event.Restored, "restored", ("generation", manifest.Generation), ("pid", root.Pid), ("ms", clock.ElapsedMilliseconds));
                return new RestoreOutcome.Restored(root, manifest.Generation, manifest.State, plan.Missing);
            }

            return Clean(criu, pod.Init.TerminationRequested is not null ? new RestoreOutcome.Interrupted()
                : conversation.Refused is { } refused ? Failed(plan, refused)
                : Explain(plan, plan.Missing is { SourceIsThere: false } ? LazyPagesProcess.LogName : CheckpointLayout.RestoreLog, criu.Output, conversation.Ending));
        }
#pragma warning disable CA1031 // After any failure crik tries other checkpoints, and the configuration says what to do without any.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (conversation is { Runs: true })
            {
                // What the program has done since cannot be undone, so it is never ended for the sake of another attempt.
                ChildProcess root = pod.Init.Program = plan.Root!;
                Log.Warning(Event.StepAfterRestoreFailed, "the program runs, but a step after the restore failed", ("reason", Faults.Reason(exception)));
                return new RestoreOutcome.Restored(root, manifest.Generation, manifest.State, plan.Missing);
            }

            return Clean(early ?? late, Failed(plan, Faults.Reason(exception), IsOfPod(exception)));
        }
        finally
        {
            late?.Dispose();
        }
    }

    /// <summary>Whether this container, its machine or its volume had not what the attempt needed. The checkpoint says nothing about that.</summary>
    private static bool IsOfPod(Exception exception) =>
        exception is CriuException { IsOfPod: true } or OutOfMemoryException or LinuxException { Errno: Errno.EAGAIN } || VolumeTrouble.Caused(exception);

    private void Prepare(RestorePlan plan)
    {
        ImageView view = plan.View = new ImageView(manifest, plan.Work);
        plan.Queues = RestoredQueues.Read(CheckpointLayout.ImagesIn(plan.Checkpoint));
        view.Fill(plan.Checkpoint, pod.Streams, plan.Queues);
        plan.Terminal = PodTerminal.Find(manifest, CheckpointLayout.ImagesIn(plan.Checkpoint), pod.Streams);
        pod.Streams.ReleaseTerminal(pod.Init);
        tree.MakeRoomForCriu(manifest.Pids);
        if (Lazily)
        {
            LazyPagesProcess source = LazyPagesProcess.Start(pod.Init, pod.Criu.Setup.File, view.Path, plan.Work, plan.Output);
            plan.Missing = new(pod.Init, source, plan.Work, manifest.PageBytes, plan.Remove);
            plan.Missing.StartThread(StartThread);
        }
    }

    private RestoreOptions Options(RestorePlan plan, CriuForRestore criu, FileDescriptor images, FileDescriptor logs) => new(
        images.Number, logs.Number, manifest.Unprivileged ? PrivilegeLevel.Basic : PrivilegeLevel.Full,
        // The mounts that both containers have. They have the same path in both.
        [.. manifest.ExternalMounts.Intersect(Mount.ReadAll().Select(mount => mount.MountPoint)).Select(point => $"mnt[{point}]:{point}")],
        [.. plan.View!.Inherited.Select(item => (item.Key, criu.DescriptorFor(item.Descriptor)))])
    {
        LogFile = CheckpointLayout.RestoreLog,
        Lazily = Lazily,
    };

    private static RestoreOutcome.Failed Failed(RestorePlan plan, string reason, bool isOfPod = false, bool passes = true) =>
        new(reason, plan.Logs, isOfPod, passes);

    /// <param name="words">What criu wrote to its standard output and error.</param>
    private static RestoreOutcome.Failed Explain(RestorePlan plan, string log, string[] words, string? ending)
    {
        if (Faults.Of(() => File.AppendAllLines(plan.Output, words)) is { } fault)
        {
            Log.Debug(Event.CriuOutputNotKept, "criu's output could not be kept", ("reason", fault.Message)); // why criu failed is in its log
        }

        string[] output = ProcFs.Lines(plan.Output);
        CriuException explained = CriuLog.Explain(
            "criu could not restore the program", Path.Combine(plan.Work, log), output.Length == 0 ? null : $"criu says: {output[^1].Trim()}", ending: ending);
        foreach (string line in explained.Evidence)
        {
            Log.Warning(Event.CriuSaid, "criu: " + line);
        }

        return new RestoreOutcome.Failed(explained.Message, plan.Logs, explained.IsOfPod);
    }

    /// <summary>Ends what a failed attempt left running.</summary>
    private RestoreOutcome Clean(CriuForRestore? criu, RestoreOutcome outcome)
    {
        Deadline deadline = Deadline.In(s_untilEnded);
        while (!tree.TryEndRemains(manifest, criu?.Session.Process.Pid ?? 0) && !deadline.HasPassed)
        {
            pod.Init.Wait(() => false, Deadline.In(TimeSpan.FromMilliseconds(10)));
        }

        return outcome;
    }
}
