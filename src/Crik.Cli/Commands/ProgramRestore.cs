using System.Diagnostics;
using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Commands;

/// <summary>The program as it was found or brought back.</summary>
/// <param name="Program"><see langword="null"/> for a fresh start.</param>
internal sealed record StartedProgram(ChildProcess? Program, int? Generation, bool Interrupted)
{
    /// <summary>Pages it has to wait for yet.</summary>
    public MissingPages? Missing { get; init; }

    public static StartedProgram Fresh => new(null, null, Interrupted: false);
}

/// <summary>Tries the checkpoints one after the other, newest first, and decides what becomes of those that do not work.</summary>
/// <param name="failedLazily">The last run was ended because pages did not come in.</param>
internal sealed class ProgramRestore(
    Supervisor supervisor, CheckpointStore store, CrikOptions options, CriuSetup criu, StandardStreams streams, bool failedLazily)
{
    /// <summary>The criu that was started first, until an attempt uses it.</summary>
    private CriuForRestore? _early;

    /// <exception cref="CheckpointException">Nothing could be restored, and the configuration forbids a fresh start.</exception>
    public StartedProgram Try(IReadOnlyList<int> generations)
    {
        if (generations.Count == 0)
        {
            return options.WhenRestoreFails == WhenRestoreFails.Fail && store.NewestSetAside() is { } setAside
                ? FreshOrFail(fail: true, $"checkpoint {setAside} could not be restored and was set aside by an earlier start: 'crik rollback {setAside}' lets the "
                    + $"next start try it again, and without failed/{setAside} it starts afresh")
                : StartedProgram.Fresh;
        }

        try
        {
            string file = criu.Problems.Count == 0 ? criu.File : throw new CriuException(criu.Problems[0], []);
            _early = CriuForRestore.StartEarly(supervisor, file, criu.Level);
            return TryEach(generations);
        }
        catch (CriuException exception)
        {
            // The checkpoints are good, this container is not: they are left alone for one that can restore them.
            return FreshOrFail(options.WhenIncompatible == WhenIncompatible.Fail || options.WhenRestoreFails == WhenRestoreFails.Fail,
                $"checkpoint {generations[0]} cannot be restored here: {exception.Message}");
        }
        finally
        {
            _early?.Dispose();
        }
    }

    /// <exception cref="CriuException">criu did not answer.</exception>
    private StartedProgram TryEach(IReadOnlyList<int> generations)
    {
        int? version = null;
        bool? canDecompress = null;
        RestoreCheckpoint restore = new(supervisor, store, options, criu, streams);
        foreach (int generation in generations)
        {
            CheckpointManifest? manifest = null;
            if (!Succeeds(generation, () => manifest = ManifestReader.Read(store.PathOf(generation), generation)))
            {
                continue;
            }

            version ??= ReadVersion();
            if (version is null)
            {
                return new StartedProgram(null, generation, Interrupted: true);
            }

            if (!Fits(generation, manifest!, version.Value, () => canDecompress ??= CriuFeatures.CanCompress(supervisor, criu.File, criu.Level) != false))
            {
                return FreshOrFail(options.WhenIncompatible == WhenIncompatible.Fail, $"checkpoint {generation} does not fit this machine");
            }

            if (options.WhenClockJumps != WhenClockJumps.Warn && CompatibilityGate.ClockStep(manifest!, Machine.Read()) < TimeSpan.Zero)
            {
                return FreshOrFail(options.WhenClockJumps == WhenClockJumps.Fail, $"CLOCK_MONOTONIC would go back for the program of checkpoint {generation}");
            }

            bool interrupted = false;
            if (!Succeeds(generation, () => interrupted = !PutFilesBack(restore, generation, manifest!)))
            {
                continue;
            }

            if (interrupted)
            {
                return new StartedProgram(null, generation, Interrupted: true);
            }

            RestoreOutcome outcome = Attempt(restore, generation, manifest!);
            if (outcome.Program is not null || outcome.Interrupted)
            {
                return new StartedProgram(outcome.Program, generation, outcome.Interrupted) { Missing = outcome.Missing };
            }

            ThrowOnUnreadable(generation, manifest!);
            GiveUp(generation, outcome.Failure!, outcome.Logs);
        }

        return FreshOrFail(options.WhenRestoreFails == WhenRestoreFails.Fail, "no checkpoint could be restored");
    }

    /// <returns><see langword="false"/> when SIGTERM came.</returns>
    private bool PutFilesBack(RestoreCheckpoint restore, int generation, CheckpointManifest manifest)
    {
        RestoreCheckpoint.MakeX11Sockets();
        Stopwatch clock = Stopwatch.StartNew();
        return !manifest.HasFiles || BackgroundWork.Run(
            supervisor, Deadline.Never, cancellation => restore.PutFilesBack(generation, manifest, cancellation), () => supervisor.TerminationRequested is not null,
            () => Log.Info("putting files back", ("seconds", (long)clock.Elapsed.TotalSeconds)));
    }

    /// <summary>One that does not answer, killed or held up by a busy machine, is no word against any checkpoint: another is asked.</summary>
    /// <returns><see langword="null"/> when SIGTERM came.</returns>
    private int? ReadVersion()
    {
        bool IsTerminated() => supervisor.TerminationRequested is not null;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _early ??= CriuForRestore.StartEarly(supervisor, criu.File, criu.Level);
                return _early.Process.ReadVersion(Deadline.In(TimeSpan.FromSeconds(10)), IsTerminated);
            }
            catch (CriuException) when (IsTerminated())
            {
                return null;
            }
            catch (CriuException exception) when (attempt < options.RestoreAttempts)
            {
                Log.Warning($"attempt {attempt} of {options.RestoreAttempts} to ask criu for its version: {exception.Message}");
                _early?.Dispose();
                _early = null;
            }
        }
    }

    /// <summary>Does something with a checkpoint that may turn out to be damaged; then it is set aside.</summary>
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
                if (attempt < options.RestoreAttempts)
                {
                    Log.Warning($"attempt {attempt} of {options.RestoreAttempts} to read checkpoint {generation}: {exception.Message}");
                    continue;
                }

                ThrowOnTrouble(generation, exception);
                GiveUp(generation, exception.Message, []);
                return false;
            }
        }
    }

    /// <exception cref="CheckpointException">It is not the checkpoint that is at fault.</exception>
    private static void ThrowOnTrouble(int generation, Exception exception)
    {
        if (VolumeTrouble.Caused(exception))
        {
            throw new CheckpointException(
                $"checkpoint {generation} cannot be restored now: {exception.Message}; it stays where it is, for a start that finds the volume in order", cause: exception);
        }
    }

    /// <summary>criu does not say whether an image is bad or its disk.</summary>
    private void ThrowOnUnreadable(int generation, CheckpointManifest manifest)
    {
        try
        {
            ManifestReader.ReadThrough(store.PathOf(generation), manifest);
        }
        catch (IOException exception)
        {
            ThrowOnTrouble(generation, exception);
        }
    }

    private RestoreOutcome Attempt(RestoreCheckpoint restore, int generation, CheckpointManifest manifest)
    {
        void BeforeResume() => RestoredFile.Write(options, manifest, DateTimeOffset.UtcNow);
        if (GoesLazily(manifest))
        {
            RestoreOutcome outcome = restore.Run(generation, manifest, BeforeResume, TakeEarly(manifest), lazily: true);
            if (outcome.Failure is null)
            {
                return outcome;
            }

            Log.Warning($"checkpoint {generation} is not restored before its pages are there: {outcome.Failure}");
        }

        for (int attempt = 1; ; attempt++)
        {
            RestoreOutcome outcome = restore.Run(generation, manifest, BeforeResume, TakeEarly(manifest));
            if (outcome.Failure is null || attempt >= options.RestoreAttempts)
            {
                return outcome;
            }

            Log.Warning($"attempt {attempt} of {options.RestoreAttempts} to restore checkpoint {generation}: {outcome.Failure}");
        }
    }

    /// <summary>It serves one attempt, and only where its own number is not needed.</summary>
    private CriuForRestore? TakeEarly(CheckpointManifest manifest)
    {
        CriuForRestore? early = _early;
        if (early is not null && manifest.Pids.Contains(early.Process.Pid))
        {
            early.Dispose();
            early = null;
        }

        _early = null;
        return early;
    }

    private bool GoesLazily(CheckpointManifest manifest)
    {
        if (options.LazyPages == LazyPages.Never)
        {
            return false;
        }

        LazyRestore decision = LazyRestore.Decide(
            options.LazyPages, manifest.MemoryBytes, manifest.Unprivileged ? PrivilegeLevel.Basic : criu.Level, Libc.TryUserfaultfd(), failedLazily);
        string message = decision.IsLazy ? "the program is to run before its pages are there" : "the program is to run when all its pages are there";
        if (decision.WasRefused)
        {
            Log.Warning(message, ("because", decision.Reason));
        }
        else
        {
            Log.Info(message, ("because", decision.Reason));
        }

        return decision.IsLazy;
    }

    private bool Fits(int generation, CheckpointManifest manifest, int version, Func<bool> canDecompress)
    {
        MachineFacts now = Machine.Read();
        foreach (string remark in CompatibilityGate.Remarks(manifest, now))
        {
            Log.Warning(remark);
        }

        IReadOnlyList<string> problems = CompatibilityGate.Problems(manifest, now, version, canDecompress, criu.Level, options.AdditionalPaths);
        foreach (string problem in problems)
        {
            Log.Error($"checkpoint {generation} does not fit: {problem}");
        }

        return problems.Count == 0 || options.WhenIncompatible == WhenIncompatible.TryAnyway;
    }

    private void GiveUp(int generation, string reason, IReadOnlyList<string> logs)
    {
        string kept;
        try
        {
            kept = store.Quarantine(generation, logs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"checkpoint {generation} cannot be restored ({reason}), and it cannot be set aside: {exception.Message}");
        }

        Log.Error($"checkpoint {generation} cannot be restored and was set aside: {reason}", ("kept", kept));
        TerminationLog.Add($"checkpoint {generation} cannot be restored: {reason}");
    }

    private static StartedProgram FreshOrFail(bool fail, string reason)
    {
        TerminationLog.Add(reason);
        if (fail)
        {
            throw new CheckpointException($"{reason}, and a fresh start is forbidden by the configuration", ExitCodes.CheckpointNotRestored);
        }

        Log.Error($"{reason}; starting afresh");
        return StartedProgram.Fresh;
    }
}
