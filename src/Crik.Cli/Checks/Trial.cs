using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Restore;
using Crik.Save;
using Crik.Store;

namespace Crik.Checks;

/// <summary>
/// Saves and restores a small process tree in a separate directory, by the same procedures as a program. This proves more than any
/// other check. It does not touch the program that runs here.
/// </summary>
internal sealed class Trial(IInit init, CriuSetup criu, string directory)
{
    private const string Name = "trial";
    private const int Attempts = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <param name="place">The directory in which to work: the image directory, if it is usable.</param>
    public static Finding Run(IInit init, CriuSetup criu, string place)
    {
        if (criu.Problems.Count > 0)
        {
            return new(Name, Verdict.Problem, "not tried, because of the problems above");
        }

        string directory = Path.Combine(place, $"{CheckpointStore.CheckPrefix}{Environment.ProcessId}");
        try
        {
            Finding found = new Trial(init, criu, directory).Run();
            if (found.Verdict == Verdict.Ok)
            {
                Directory.Delete(directory, recursive: true);
            }

            return found;
        }
        catch (Exception exception) when (exception is CrikException or IOException or UnauthorizedAccessException)
        {
            return new(Name, Verdict.Problem, $"no trial could be made in {place}: {Faults.Reason(exception)}");
        }
    }

    private Finding Run()
    {
        CrikOptions options = new() { ImageDir = directory, CriuPath = criu.File, GracePeriod = s_patience, ContainerFilesLimit = 0 };
        using ImageDirectory images = ImageDirectory.Open(directory, TimeSpan.Zero, wait: _ => false, mayBeReadOnly: false)!;
        CheckpointStore store = new(images);
        Pod pod = new(init, store, new InstalledCriu(init, criu), StandardStreams.None, new ContainerAge());
        ChildProcess program = Start();
        try
        {
            if (!BecomesReady(program))
            {
                return new(Name, Verdict.Problem, "the small tree for the trial did not start");
            }

            RunRecord run = new() { RunId = Name, StartedAt = DateTimeOffset.UtcNow, HostName = Environment.MachineName };
            SaveProcedure save = new(pod, options.Save!, new ProcTree(criu.Level, StandardStreams.None, []));
            SaveOutcome saved = save.Run(new SaveRequest(program, run, new ProgramIdentity(["crik", Name], []), LeaveRunning: false, Deadline.In(s_patience)));
            if (saved is not SaveOutcome.Committed { Generation: var generation })
            {
                return new(Name, Verdict.Problem, $"a small tree could not be saved: {(saved as SaveOutcome.Failed)?.Reason}");
            }

            CheckpointManifest manifest = ManifestReader.Read(store.PathOf(generation), generation);
            RestoreOutcome restored = Restore(pod, manifest);
            for (int attempt = 1; restored is RestoreOutcome.Failed && attempt < Attempts; attempt++)
            {
                restored = Restore(pod, manifest); // another process of the pod may have had one of its numbers for a moment
            }

            if (restored is not RestoreOutcome.Restored back)
            {
                return new(Name, Verdict.Problem, $"a small tree was saved, and could not be restored: {(restored as RestoreOutcome.Failed)?.Reason} (criu's log is in {directory})");
            }

            program = back.Program;
            _ = Libc.SendSignal(program.Pid, Signal.SIGTERM);
            return init.Wait(() => program.HasExited, Deadline.In(s_patience)) && program.Exit is { Code: TrialProgram.Success }
                ? Finding.Ok(Name, "a small tree was saved and restored, and continued to run")
                : new(Name, Verdict.Problem, $"a small tree was restored, and did not continue as it should: {program.Exit?.ToString() ?? "it hangs"}");
        }
        finally
        {
            End(program);
        }
    }

    private RestoreOutcome Restore(Pod pod, CheckpointManifest manifest) =>
        new RestoreAttempt(pod, new ProcRestoredTree(init), manifest, () => { }) { Longest = s_patience }.Run();

    private bool BecomesReady(ChildProcess program)
    {
        Deadline deadline = Deadline.In(s_patience);
        while (!File.Exists(ReadyFile) && !program.HasExited && !deadline.HasPassed)
        {
            init.Wait(() => program.HasExited, Deadline.In(TimeSpan.FromMilliseconds(5)));
        }

        return File.Exists(ReadyFile) && !program.HasExited;
    }

    private string ReadyFile => Path.Combine(directory, "ready");

    /// <summary>Starts the tree as a program is started, but without crik's own streams.</summary>
    private ChildProcess Start()
    {
        using FileDescriptor nothing = Libc.Open("/dev/null", Libc.O_RDWR);
        string[] duties = criu.Level == Criu.PrivilegeLevel.Full ? [ProgramStart.Subreaper, ProgramStart.IpcNamespace] : [ProgramStart.Subreaper];
        return init.Start(new ProcessSpec(["/proc/self/exe", ProgramStart.Stage, .. duties, "--", "/proc/self/exe", TrialProgram.Stage, ReadyFile])
        {
            Descriptors = [(nothing.Number, 0), (nothing.Number, 1), (nothing.Number, 2)],
            NewSession = true,
        });
    }

    private void End(ChildProcess program)
    {
        if (program.HasExited)
        {
            return;
        }

        foreach (int task in ProcFs.Tree(program.Pid))
        {
            _ = Libc.SendSignal(task, Signal.SIGKILL);
        }

        if (!init.Wait(() => program.HasExited, Deadline.In(s_patience)))
        {
            Log.Warning(Event.TrialNotEnded, "the process tree of the trial does not end after SIGKILL", ("pid", program.Pid));
        }
    }
}
