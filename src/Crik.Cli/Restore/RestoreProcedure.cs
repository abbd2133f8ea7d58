using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Policy;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Tries the checkpoints one after the other, newest first, and decides whether to keep or set aside those that fail.</summary>
/// <param name="program">The program that crik was told to run.</param>
/// <param name="lastEnd">How the last run ended, if it is known.</param>
internal sealed class RestoreProcedure(Pod pod, RestorePolicy policy, IRestoredTree tree, ProgramIdentity program, RunEndKind? lastEnd)
{
    private static readonly TimeSpan s_versionTimeout = TimeSpan.FromSeconds(10);

    private readonly FilesPutBack _files = new(pod, policy);

    public RestoreMeter Meter { get; } = new();

    /// <summary>The criu that was started first, until an attempt uses it.</summary>
    private CriuForRestore? _early;
    private int? _version;
    private string _lastFailure = "";
    private bool? _canDecompress;

    /// <summary>
    /// How long a fault of the pod may last before crik ends and the kubelet starts it again. For example, another process may have a PID that
    /// the program needs.
    /// </summary>
    public TimeSpan LongestFault { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether another image directory may have a state that can be restored. The caller then decides between that and a fresh start.</summary>
    public bool RestoresOnly { get; init; }

    private bool IsTerminated => pod.Init.TerminationRequested is not null;

    /// <exception cref="CheckpointException">Nothing could be restored, and the configuration forbids a fresh start.</exception>
    public RestoreOutcome Run(IReadOnlyList<int> generations)
    {
        MemoryDirectory.Sweep();
        if (generations.Count == 0)
        {
            return policy.WhenRestoreFails == WhenRestoreFails.Fail && pod.Store.NewestSetAside() is { } setAside
                ? FreshOrFail(fail: true, $"checkpoint {setAside} could not be restored and was set aside by an earlier start: 'crik rollback {setAside}' lets the "
                    + $"next start try it again, and without failed/{setAside} it starts afresh")
                : new RestoreOutcome.Fresh(GivesUpNothing: true);
        }

        try
        {
            CriuSetup setup = pod.Criu.Setup;
            _early = setup.Problems.Count == 0 ? pod.Criu.StartEarly() : throw new CriuException(setup.Problems[0], []);
            return TryEach(generations);
        }
        catch (CriuException exception) when (!exception.IsOfPod)
        {
            // The cause is this container. The checkpoints stay as they are for a container that can restore them.
            return FreshOrFail(policy.WhenIncompatible == WhenIncompatible.Fail || policy.WhenRestoreFails == WhenRestoreFails.Fail,
                $"checkpoint {generations[0]} cannot be restored here: {exception.Message}");
        }
        finally
        {
            _early?.Dispose();
        }
    }

    /// <exception cref="CriuException">criu did not answer.</exception>
    private RestoreOutcome TryEach(IReadOnlyList<int> generations)
    {
        foreach (int generation in generations)
        {
            CheckpointManifest? manifest = null;
            if (!Succeeds(generation, () => manifest = ManifestReader.Read(pod.Store.PathOf(generation), generation)))
            {
                continue;
            }

            _version ??= ReadVersion();
            if (_version is null)
            {
                return new RestoreOutcome.Interrupted();
            }

            if (Outdated(manifest!) is { } outdated)
            {
                return FreshOrFail(outdated.Fail, outdated.Reason, isExpected: true);
            }

            if (Refusal(manifest!) is { } refusal)
            {
                return FreshOrFail(refusal.Fail, refusal.Reason);
            }

            Meter.EndChecking(manifest!);
            bool interrupted = false;
            if (!Succeeds(generation, () => interrupted = !_files.Run(manifest!)))
            {
                _files.Undo();
                continue;
            }

            Meter.End(RestoreStep.Files);
            RestoreOutcome outcome = interrupted ? new RestoreOutcome.Interrupted() : Attempt(manifest!);
            Meter.End(RestoreStep.Restoring);
            if (outcome is not RestoreOutcome.Failed failed)
            {
                return outcome;
            }

            _files.Undo();
            ThrowOnUnreadable(manifest!);
            GiveUp(generation, failed.Reason, failed.Logs);
        }

        return FreshOrFail(policy.WhenRestoreFails == WhenRestoreFails.Fail, $"no checkpoint could be restored{_lastFailure}");
    }

    /// <summary>
    /// Explains why nobody expects this checkpoint to be restored, and tells whether that forbids a fresh start. A checkpoint that somebody
    /// chose with a rollback is always expected.
    /// </summary>
    private (bool Fail, string Reason)? Outdated(CheckpointManifest manifest)
    {
        string? change = ProgramChange.Of(new(manifest.Command, manifest.Program), program);
        bool isChosen = lastEnd == RunEndKind.RolledBack;
        bool isRestored = isChosen || policy.WhenProgramChanged == WhenProgramChanged.Restore;
        if (change is not null && isRestored)
        {
            Log.Warning(Event.ProgramChanged, $"checkpoint {manifest.Generation} belongs to another program; crik restores it and does not run the new one",
                ("different", change));
        }

        return change is not null && !isRestored
                ? (policy.WhenProgramChanged == WhenProgramChanged.Fail, $"checkpoint {manifest.Generation} belongs to another program: {change}; it stays where it is")
            : policy.MaxAge > TimeSpan.Zero && !isChosen && DateTimeOffset.UtcNow - manifest.CreatedAt > policy.MaxAge
                ? (false, $"checkpoint {manifest.Generation} is older than maxAge allows: it was made at {manifest.CreatedAt.UtcDateTime:u}; it stays where it is")
            : null;
    }

    /// <summary>Explains why an intact checkpoint is not restored, and tells whether that forbids a fresh start.</summary>
    private (bool Fail, string Reason)? Refusal(CheckpointManifest manifest)
    {
        ContainerFacts now = ContainerFacts.Read(
            manifest, CheckpointLayout.ImagesIn(pod.Store.PathOf(manifest.Generation)), policy.AdditionalPaths, pod.Criu.Setup, _version!.Value,
            () => _canDecompress ??= pod.Criu.CanCompress() != false);
        NodeDifferences.Warn(manifest, now.Machine);
        IReadOnlyList<string> problems = [.. CompatibilityGate.Problems(manifest, now)];
        foreach (string problem in problems)
        {
            Log.Error(Event.CheckpointDoesNotFit, $"checkpoint {manifest.Generation} does not fit: {problem}");
        }

        return problems.Count > 0 && policy.WhenIncompatible != WhenIncompatible.TryAnyway
                ? (policy.WhenIncompatible == WhenIncompatible.Fail, $"checkpoint {manifest.Generation} does not fit this machine")
            : ChangedVolumeFiles(manifest, now.Written) is { } changed ? changed
            : policy.WhenClockJumps != WhenClockJumps.Warn && CompatibilityGate.ClockStep(manifest, now.Machine) < TimeSpan.Zero
                ? (policy.WhenClockJumps == WhenClockJumps.Fail, $"CLOCK_MONOTONIC would go back for the program of checkpoint {manifest.Generation}")
            : null;
    }

    private (bool Fail, string Reason)? ChangedVolumeFiles(CheckpointManifest manifest, IReadOnlyDictionary<string, FileStamp> now)
    {
        string[] changes = [.. VolumeFileChanges.Of(manifest, path => now.TryGetValue(path, out FileStamp stamp) ? stamp : null)];
        foreach (string change in changes)
        {
            Log.Warning(Event.VolumeFileChanged, $"{ByteStrings.Printable(change)}; the restored memory may not match this file (whenVolumeFilesChanged)",
                ("generation", manifest.Generation));
        }

        return changes.Length == 0 || policy.WhenVolumeFilesChanged == WhenVolumeFilesChanged.Warn ? null
            : (policy.WhenVolumeFilesChanged == WhenVolumeFilesChanged.Fail, $"files on volumes have changed since checkpoint {manifest.Generation}");
    }

    /// <summary>
    /// Asks another criu when the first one does not answer. It may have been killed, or the machine may be busy; no checkpoint is at fault.
    /// </summary>
    /// <returns><see langword="null"/> when SIGTERM came.</returns>
    private int? ReadVersion()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _early ??= pod.Criu.StartEarly();
                return _early.ReadVersion(Deadline.In(s_versionTimeout), () => IsTerminated);
            }
            catch (CriuException) when (IsTerminated)
            {
                return null;
            }
            catch (CriuException exception) when (attempt < policy.RestoreAttempts)
            {
                Log.Warning(Event.RestoreAttemptFailed, $"attempt {attempt} of {policy.RestoreAttempts} to ask criu for its version: {exception.Message}");
                _early?.Dispose();
                _early = null;
            }
        }
    }

    /// <summary>Does something with a checkpoint that may turn out to be damaged; a damaged one is set aside.</summary>
    private bool Succeeds(int generation, Action step)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                step();
                return true;
            }
            catch (Exception exception) when (exception is CrikException or IOException or UnauthorizedAccessException or InvalidDataException)
            {
                if (attempt < policy.RestoreAttempts)
                {
                    Log.Warning(Event.RestoreAttemptFailed,
                        $"attempt {attempt} of {policy.RestoreAttempts} to read checkpoint {generation}: {Faults.Reason(exception)}");
                    continue;
                }

                ThrowOnTrouble(generation, exception);
                GiveUp(generation, Faults.Reason(exception), []);
                return false;
            }
        }
    }

    /// <exception cref="CheckpointException">The volume is at fault and not the checkpoint.</exception>
    private static void ThrowOnTrouble(int generation, Exception exception)
    {
        if (VolumeTrouble.Caused(exception))
        {
            throw new CheckpointException(
                $"checkpoint {generation} cannot be restored now: {Faults.Reason(exception)}; it stays where it is, for a start that finds the volume in order",
                FailureKind.CheckpointNotRestoredNow, exception);
        }
    }

    /// <summary>Reads the images once more after criu failed, because criu does not tell a damaged image from a failing disk.</summary>
    private void ThrowOnUnreadable(CheckpointManifest manifest)
    {
        try
        {
            ManifestReader.ReadThrough(pod.Store.PathOf(manifest.Generation), manifest);
        }
        catch (IOException exception)
        {
            ThrowOnTrouble(manifest.Generation, exception);
        }
    }

    /// <summary>Makes attempts until one succeeds. When the pod is at fault, crik waits and tries again, and never sets the checkpoint aside.</summary>
    /// <exception cref="CheckpointException">The pod is still at fault after the longest time.</exception>
    private RestoreOutcome Attempt(CheckpointManifest manifest)
    {
        void BeforeResume() => RestoredFile.Write(policy.RestoredFile, manifest, DateTimeOffset.UtcNow);
        if (GoesLazily(manifest))
        {
            RestoreOutcome outcome = new RestoreAttempt(pod, tree, manifest, BeforeResume) { Lazily = true }.Run(TakeEarly(manifest));
            if (outcome is not RestoreOutcome.Failed lazy)
            {
                return outcome;
            }

            Log.Warning(Event.LazyRestoreFailed,
                $"the lazy restore of checkpoint {manifest.Generation} failed, so crik reads all of its memory before the program runs: {lazy.Reason}");
        }

        Deadline untilFaultIsGone = Deadline.In(LongestFault);
        TimeSpan pause = TimeSpan.FromSeconds(1);
        int failures = 0;
        for (int attempt = 1; ; attempt++)
        {
            RestoreOutcome outcome = new RestoreAttempt(pod, tree, manifest, BeforeResume).Run(TakeEarly(manifest));
            if (outcome is not RestoreOutcome.Failed failed || (!failed.IsOfPod && ++failures >= policy.RestoreAttempts))
            {
                return outcome;
            }

            if (failed.IsOfPod && (!failed.MayPass || untilFaultIsGone.HasPassed))
            {
                throw new CheckpointException($"checkpoint {manifest.Generation} cannot be restored now: {failed.Reason}; this pod is at fault and not the checkpoint, "
                    + "which stays where it is for the next start", FailureKind.CheckpointNotRestoredNow);
            }

            pause = pause < untilFaultIsGone.Left ? pause : untilFaultIsGone.Left;
            Log.Warning(Event.RestoreAttemptFailed,
                failed.IsOfPod ? $"attempt {attempt} to restore checkpoint {manifest.Generation}: {failed.Reason}; crik tries again in {pause.TotalSeconds:0} s"
                : $"attempt {failures} of {policy.RestoreAttempts} to restore checkpoint {manifest.Generation}: {failed.Reason}");
            if (failed.IsOfPod && pod.Init.Wait(() => IsTerminated, Deadline.In(pause)))
            {
                return new RestoreOutcome.Interrupted();
            }

            pause = failed.IsOfPod ? pause * 2 : pause;
        }
    }

    /// <summary>Takes the criu that was started early. It serves one attempt, and only if the program does not need its PID.</summary>
    private CriuForRestore? TakeEarly(CheckpointManifest manifest)
    {
        (CriuForRestore? early, _early) = (_early, null);
        if (early is null || !manifest.Pids.Contains(early.Session.Process.Pid))
        {
            return early;
        }

        early.Dispose();
        return null;
    }

    private bool GoesLazily(CheckpointManifest manifest)
    {
        if (policy.LazyPages == LazyPages.Never)
        {
            return false;
        }

        LazyRestore decision = LazyRestore.Decide(
            policy.LazyPages, manifest.MemoryBytes, manifest.Unprivileged ? PrivilegeLevel.Basic : pod.Level, Libc.TryUserfaultfd(), lastEnd == RunEndKind.Incomplete);
        const string NotLazy = "no lazy restore: the program will run when all of its memory has been read";
        if (decision.IsLazy)
        {
            Log.Info(Event.LazyRestoreBegins, "lazy restore: the program will run while its memory is still being read", ("because", decision.Reason));
        }
        else if (decision.WasRefused)
        {
            Log.Warning(Event.NoLazyRestore, NotLazy, ("because", decision.Reason));
        }
        else
        {
            Log.Info(Event.NoLazyRestore, NotLazy, ("because", decision.Reason));
        }

        return decision.IsLazy;
    }

    private void GiveUp(int generation, string reason, IReadOnlyList<string> logs)
    {
        string? kept = null;
        if (Faults.Of(() => kept = pod.Store.Quarantine(generation, logs)) is { } fault)
        {
            throw new CheckpointException($"checkpoint {generation} cannot be restored ({reason}), and it cannot be set aside: {fault.Message}",
                FailureKind.CheckpointNotRestoredNow);
        }

        Meter.SetAside++;
        Log.Error(Event.CheckpointSetAside, $"checkpoint {generation} cannot be restored and was set aside: {reason}", ("kept", kept));
        _lastFailure = $" (checkpoint {generation}: {reason})";
    }

    /// <param name="isExpected">Whether a fresh start is what the user wants, and no loss.</param>
    private RestoreOutcome FreshOrFail(bool fail, string reason, bool isExpected = false)
    {
        if (RestoresOnly)
        {
            return new RestoreOutcome.Refused(reason, AllowsFreshStart: !fail);
        }

        if (fail)
        {
            throw new CheckpointException($"{reason}, and a fresh start is forbidden by the configuration", FailureKind.CheckpointNotRestored);
        }

        if (isExpected)
        {
            Log.Warning(Event.CheckpointNotUsed, $"{reason}; starting afresh");
        }
        else
        {
            Log.Error(Event.CheckpointNotUsed, $"{reason}; starting afresh");
        }

        return new RestoreOutcome.Fresh(GivesUpNothing: false);
    }
}
