using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>One attempt to restore, from criu's request to its last word: what is done when, and what criu's end means at each point.</summary>
/// <param name="checkpoint">The directory that is only read.</param>
/// <param name="longest">For a hung disk.</param>
internal sealed class RestoreAttempt(
    Supervisor supervisor, CriuForRestore criu, CheckpointManifest manifest, string checkpoint, RestorePlace place, TimeSpan longest)
{
    /// <summary>What criu may take to let the tasks go and to say so.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(10);

    private readonly CriuProcess _process = criu.Process;
    private readonly MissingPages? _missing = place.Missing;

    /// <summary>The tree is complete, with nothing left for criu to find out.</summary>
    private bool _isThere;

    /// <summary>What criu had and did not keep to.</summary>
    private TimeSpan? _overrun;

    /// <summary>The program runs, or nothing but criu's end keeps it from that.</summary>
    public bool Runs { get; private set; }

    /// <summary>Why crik broke it off.</summary>
    public string? Refused { get; private set; }

    /// <summary>What befell criu, so that it could not say why it failed.</summary>
    public string? Ending => CriuLog.Ending(_process.EndSignal, _overrun);

    private bool IsSourceGone => _missing is { SourceIsThere: false };

    /// <returns>Whether the program runs.</returns>
    public bool Talk(byte[] request, ChildProcess root, Action beforeResume)
    {
        _process.Send(request);
        Deadline deadline = Deadline.In(longest);
        Progress progress = new("reading the checkpoint", manifest.MemoryBytes, () => ProcFs.ResidentBytes(ProcFs.Tree(manifest.RootPid))); // crik's child, not criu's
        while (true)
        {
            Deadline turn = _isThere ? Deadline.In(s_lastWords) : deadline;
            CriuMessage? message = _process.Receive(turn, GiveUp, progress);
            _overrun = message is null && turn.HasPassed ? (_isThere ? s_lastWords : longest) : null;
            switch (message)
            {
                case { Type: CriuRequest.Features }:
                    break; // what an early one was asked first

                case { Type: CriuRequest.Notify, Script: "post-restore" } when _missing?.TryHold(LazyPagesProcess.UntilReady()) == false:
                    Refused = "the descriptors by which missing pages are asked for could not be had";
                    _process.TrySend(CriuRequest.ForNotify(goOn: false, []));
                    break;

                case { Type: CriuRequest.Notify, Script: "post-restore" }:
                    _isThere = true;
                    GoOn();
                    PidSpace.EnterTreeRange(); // criu has still work to do, until it asks whether they may run
                    break;

                case { Type: CriuRequest.Notify, Script: "pre-resume" }:
                    Resume(beforeResume);
                    GoOn();
                    break;

                case { Type: CriuRequest.Notify, Script: "pre-restore" }:
                    GoOn();
                    PidSpace.ApproachTreeRange(); // criu has nothing to say until the tree is there
                    break;

                case { Type: CriuRequest.Notify }:
                    GoOn();
                    break;

                case { Type: CriuRequest.Restore, Success: true }:
                    Runs = true;
                    _process.WaitForEnd();
                    return true;

                case null when Runs || _isThere:
                    if (!(Runs ? SurvivedCriu(root) : IsWholeWithoutCriu(beforeResume)))
                    {
                        return false;
                    }

                    Log.Warning("the program is restored, but criu ended badly when it let it run", ("pid", root.Pid));
                    return true;

                default:
                    _process.Kill();
                    return false;
            }
        }
    }

    private void GoOn() => _process.TrySend(CriuRequest.ForNotify(goOn: true, []));

    private bool GiveUp() => (!_isThere && supervisor.TerminationRequested is not null) || (!Runs && IsSourceGone);

    /// <summary>Its tasks stand before their next own instruction.</summary>
    private void Resume(Action beforeResume)
    {
        Runs = true;
        _missing?.Watch();
        InotifyWatches.PutOn(manifest.Watches);
        place.Terminal?.Keep(manifest.RootPid);
        beforeResume();
    }

    /// <summary>criu ended, or is ended, when the tree was there and it had not said that it may run: that took the tree along, or let it go, or tore it.</summary>
    private bool IsWholeWithoutCriu(Action beforeResume)
    {
        OrphanedTree orphans = new(supervisor, manifest, Path.Combine(checkpoint, "images"));
        orphans.Stop();
        _process.Kill();
        orphans.Stop(); // those that criu held until now
        if (!orphans.IsWhole())
        {
            return false;
        }

        Resume(beforeResume);
        orphans.LetRun();
        return true;
    }

    /// <summary>Until criu lets the first task run, its end is the end of all of them (Native/criu-restores.c).</summary>
    private bool SurvivedCriu(ChildProcess root)
    {
        _process.Kill(); // which lets go of what it still holds
        supervisor.Wait(() => ProcFs.IsEnding(root.Pid), Deadline.In(TimeSpan.FromMilliseconds(100)));
        Runs = !(ProcFs.IsEnding(root.Pid) && supervisor.Wait(() => root.HasExited, Deadline.In(s_lastWords)) && root.Exit is { Signal: Signal.SIGKILL });
        return Runs;
    }
}
