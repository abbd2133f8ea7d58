using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checks;

/// <summary>
/// The best witness: a small tree is saved and restored, by the same procedures as a program's, in a directory of its own.
/// It has nothing in common with the program that runs here, but the container.
/// </summary>
internal sealed class Trial(Supervisor supervisor, CriuSetup criu, string directory)
{
    private const string Name = "trial";
    private const int Attempts = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <param name="place">Where to make the directory: the image directory, if there is one.</param>
    public static Finding Run(Supervisor supervisor, CriuSetup criu, string place)
    {
        if (criu.Problems.Count > 0)
        {
            return new(Name, Verdict.Problem, "not tried, because of what is said above");
        }

        string directory = Path.Combine(place, $"{CheckpointStore.CheckPrefix}{Environment.ProcessId}");
        try
        {
            Finding found = new Trial(supervisor, criu, directory).Run();
            if (found.Verdict == Verdict.Ok)
            {
                Directory.Delete(directory, recursive: true);
            }

            return found;
        }
        catch (Exception exception) when (exception is CrikException or IOException or UnauthorizedAccessException)
        {
            return new(Name, Verdict.Problem, $"no trial could be made in {place}: {exception.Message}");
        }
    }

    private Finding Run()
    {
        CrikOptions options = new() { ImageDir = directory, CriuPath = criu.File, GracePeriod = s_patience, ContainerFilesLimit = 0 };
        StandardStreams none = StandardStreams.None;
        using ImageDirectory images = ImageDirectory.Open(directory, TimeSpan.Zero, supervisor, mayBeReadOnly: false)!;
        CheckpointStore store = new(images);
        ChildProcess program = Start();
        try
        {
            if (!BecomesReady(program))
            {
                return new(Name, Verdict.Problem, "the small tree for the trial did not start");
            }

            RunRecord run = new() { RunId = Name, StartedAt = DateTimeOffset.UtcNow, HostName = Environment.MachineName };
            CheckpointOutcome saved = new TakeCheckpoint(supervisor, store, options, criu, none).Run(new CheckpointRequest(program, run, ["crik", Name]), Deadline.In(s_patience));
            if (saved.Generation is not { } generation)
            {
                return new(Name, Verdict.Problem, $"a small tree could not be saved: {saved.Failure}");
            }

            RestoreCheckpoint restore = new(supervisor, store, options, criu, none) { Longest = s_patience };
            CheckpointManifest manifest = ManifestReader.Read(store.PathOf(generation), generation);
            RestoreOutcome restored = restore.Run(generation, manifest, () => { });
            for (int attempt = 1; restored.Program is null && attempt < Attempts; attempt++)
            {
                restored = restore.Run(generation, manifest, () => { }); // something else in the pod may just have had one of its numbers
            }

            if (restored.Program is null)
            {
                return new(Name, Verdict.Problem, $"a small tree was saved, and could not be restored: {restored.Failure} (criu's log is in {directory})");
            }

            program = restored.Program;
            Libc.Kill(program.Pid, Signal.SIGTERM);
            return supervisor.Wait(() => program.HasExited, Deadline.In(s_patience)) && program.Exit is { Code: TrialProgram.Success }
                ? Finding.Ok(Name, "a small tree was saved, restored and went on")
                : new(Name, Verdict.Problem, $"a small tree was restored, and did not go on as it should: {program.Exit?.ToString() ?? "it hangs"}");
        }
        finally
        {
            End(program);
        }
    }

    private bool BecomesReady(ChildProcess program)
    {
        Deadline deadline = Deadline.In(s_patience);
        while (!File.Exists(ReadyFile) && !program.HasExited && !deadline.HasPassed)
        {
            supervisor.Wait(() => program.HasExited, Deadline.In(TimeSpan.FromMilliseconds(5)));
        }

        return File.Exists(ReadyFile) && !program.HasExited;
    }

    private string ReadyFile => Path.Combine(directory, "ready");

    /// <summary>As a program is started, but with nothing of crik's own streams.</summary>
    private ChildProcess Start()
    {
        using FileDescriptor nothing = Libc.Open("/dev/null", Libc.O_RDWR);
        string[] duties = criu.Level == Criu.PrivilegeLevel.Full ? [ProgramStart.Subreaper, ProgramStart.IpcNamespace] : [ProgramStart.Subreaper];
        return supervisor.Start(new ProcessSpec(["/proc/self/exe", ProgramStart.Stage, .. duties, "--", "/proc/self/exe", TrialProgram.Stage, ReadyFile])
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
            Libc.Kill(task, Signal.SIGKILL);
        }

        if (!supervisor.Wait(() => program.HasExited, Deadline.In(s_patience)))
        {
            Log.Warning("the tree of the trial does not end", ("pid", program.Pid));
        }
    }
}
