using Crik.Criu;
using Crik.Criu.Images;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Tells how far criu is with a restore.</summary>
internal enum RestoreState
{
    /// <summary>criu is making the tree. If criu ends now, the tree ends too.</summary>
    Making,

    /// <summary>The tree is complete and stopped, and criu has checked everything.</summary>
    Complete,

    /// <summary>criu is letting the tasks run.</summary>
    Resuming,
}

/// <summary>Talks with one criu that restores: it does what each message asks for, and decides what criu's end means at each point.</summary>
/// <param name="longest">The longest time a restore may take before it is given up. Protects against a disk that hangs.</param>
internal sealed class RestoreConversation(
    IInit init, IRestoredTree tree, ICriuSession criu, RestorePlan plan, TimeSpan longest)
{
    /// <summary>How long criu may take to let the tasks go and to report it.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(10);

    private RestoreState _state = RestoreState.Making;

    /// <summary>The time limit that criu exceeded, if it did.</summary>
    private TimeSpan? _overrun;

    /// <summary>Whether the program runs, or only criu's death could have prevented it.</summary>
    public bool Runs => _state == RestoreState.Resuming;

    /// <summary>Why crik broke the restore off, if it did.</summary>
    public string? Refused { get; private set; }

    /// <summary>What ended criu before it could say why it failed.</summary>
    public string? Ending => CriuLog.Ending(criu.EndSignal, _overrun);

    private MissingPages? Missing => plan.Missing;

    /// <summary>The work of a restore: all images, except for pages that come in when the program runs, and all processes.</summary>
    public static Work Whole(RestorePlan plan)
    {
        IReadOnlyList<ImageFile> images = plan.Manifest.Images;
        return new(images.Where(image => plan.Missing is null || !CheckpointLayout.IsPages(image.Name)).Sum(image => image.Size),
            (int)images.Sum(image => image.Name.StartsWith(ImageName.MemoryPrefix, StringComparison.Ordinal) ? 1 : 0));
    }

    /// <returns>Whether the program runs.</returns>
    public bool Hold(byte[] request)
    {
        criu.Send(request);
        Deadline deadline = Deadline.In(longest);
        Progress progress = new(Event.RestoreProgress, "reading the checkpoint", Whole(plan), () => tree.WorkDone(plan.Manifest.RootPid));
        while (true)
        {
            CriuReply reply = criu.Receive(_state == RestoreState.Making ? deadline : Deadline.In(s_lastWords), GiveUp, progress);
            switch (reply)
            {
                case CriuReply.Said { Message.Type: CriuRequest.Features }:
                    break; // the answer to what an early criu was asked first

                case CriuReply.Said { Message.Type: CriuRequest.Notify } said:
                    Hear(said.Message.Script);
                    break;

                case CriuReply.Said { Message: { Type: CriuRequest.Restore, Success: true } }:
                    AwaitRoot();
                    _state = RestoreState.Resuming;
                    criu.WaitForEnd();
                    return true;

                case not CriuReply.Said when _state != RestoreState.Making:
                    _overrun = reply is CriuReply.TimeIsUp ? s_lastWords : null;
                    return GoOnWithoutCriu();

                default: // criu that reports a failure has killed the tree before, even when it had let some tasks run (criu/cr-restore.c, restore_root_task)
                    _overrun = reply is CriuReply.TimeIsUp ? longest : null;
                    criu.Kill();
                    return false;
            }
        }
    }

    private bool GiveUp() =>
        (_state == RestoreState.Making && init.TerminationRequested is not null) || (!Runs && Missing is { SourceIsThere: false });

    private void Hear(string? script)
    {
        switch (script)
        {
            case "post-restore" when _state == RestoreState.Making && Missing?.TryHold(LazyPagesProcess.UntilReady()) == false:
                Refused = "crik could not get copies of the descriptors by which the program asks for its missing pages";
                criu.TrySend(CriuRequest.ForNotify(goOn: false, []));
                break;

            case "post-restore" when _state == RestoreState.Making:
                AwaitRoot();
                _state = RestoreState.Complete;
                GoOn();
                tree.EnterTreeRange(); // while criu is busy until it asks whether the tasks may run
                break;

            case "pre-resume" when !Runs:
                Resume();
                GoOn();
                break;

            case "setup-namespaces" when plan.HasIpcNamespace: // not sent without namespaces (criu/cr-restore.c, restore_root_task)
                plan.Queues?.MakeInNamespaceOf(plan.Manifest.RootPid);
                GoOn();
                break;

            case "pre-restore":
                if (!plan.HasIpcNamespace)
                {
                    plan.Queues?.Make();
                }

                GoOn();
                tree.ApproachTreeRange(); // while criu is busy until the tree is there
                break;

            default:
                GoOn();
                break;
        }
    }

    /// <summary>
    /// Registers the root, which cannot run before crik has answered criu. Earlier its number may belong to another child of crik, whose end
    /// would be taken for the root's. If the root died before this, criu cannot let it run, and the restore fails.
    /// </summary>
    private ChildProcess AwaitRoot() => plan.Root ??= init.Await(plan.Manifest.RootPid);

    private void GoOn() => criu.TrySend(CriuRequest.ForNotify(goOn: true, []));

    /// <summary>Called when every task is restored and stopped, just before it continues.</summary>
    private void Resume()
    {
        AwaitRoot();
        tree.PrepareToResume(plan.Manifest, plan.Terminal);
        plan.BeforeResume();
        Missing?.Watch();
        _state = RestoreState.Resuming; // last: when one of the steps before throws, nothing of the program runs
    }

    private bool GoOnWithoutCriu()
    {
        ChildProcess root = AwaitRoot();
        if (Runs ? SurvivedCriu(root) : IsWholeWithoutCriu())
        {
            Log.Warning(Event.CriuEndedBadly, "the program is restored, but criu ended badly while it let the program run", ("pid", root.Pid));
            return true;
        }

        _state = RestoreState.Complete;
        return false;
    }

    /// <summary>
    /// Finds out what criu's end did to a complete tree, when criu had not told crik yet that the tasks run. The tree died with criu, runs, or
    /// is incomplete.
    /// </summary>
    private bool IsWholeWithoutCriu()
    {
        OrphanedTree orphans = tree.Orphans(plan.Manifest, CheckpointLayout.ImagesIn(plan.Checkpoint));
        orphans.Stop();
        criu.Kill();
        orphans.Stop(); // stops the tasks that criu held until now
        if (!orphans.IsWhole())
        {
            return false;
        }

        Resume();
        orphans.LetRun();
        return true;
    }

    /// <summary>Kills criu. Until criu lets the first task run, all tasks die with it (Native/criu-restores.c).</summary>
    private bool SurvivedCriu(ChildProcess root)
    {
        criu.Kill(); // lets go of what it still holds
        init.Wait(() => tree.IsEnding(root.Pid), Deadline.In(TimeSpan.FromMilliseconds(100)));
        return !(tree.IsEnding(root.Pid) && init.Wait(() => root.HasExited, Deadline.In(s_lastWords)) && root.Exit is { Signal: Signal.SIGKILL });
    }
}
