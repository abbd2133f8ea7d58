using System.Globalization;
using Crik.Criu;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// The tasks of a restore whose criu died after its last check and before it said that they may run. Where crik's library could not be
/// loaded (Native/criu-restores.c) the kernel lets them go, and what they meet is chance. Those that criu's breakpoints still wait for
/// die, those that wait for criu's next word wait for ever, and those that it had done with run (criu/cr-restore.c, restore_root_task).
/// Either all of them do, and then this is the program and may not be started a second time, or it is not whole.
/// </summary>
/// <param name="images">The checkpoint's.</param>
internal sealed class OrphanedTree(Supervisor supervisor, CheckpointManifest manifest, string images)
{
    /// <summary>A task that does not stop in this time is in the kernel, waiting for a disk.</summary>
    private static readonly TimeSpan s_untilStopped = TimeSpan.FromSeconds(2);

    private readonly int[] _living = Living(manifest);

    /// <summary>To be called as soon as criu is seen to have gone: until then they run, or are about to.</summary>
    public void Stop() => FrozenTree.Send(Signal.SIGSTOP, _living);

    public void LetRun() => FrozenTree.Send(Signal.SIGCONT, _living);

    /// <summary>Whether they all came as far as the program's own code.</summary>
    public bool IsWhole()
    {
        supervisor.Wait(() => _living.All(task => HasStopped(task) || ProcFs.IsEnding(task)), Deadline.In(s_untilStopped));
        return _living.All(task => HasStopped(task) && RunsItsOwnCode(task));
    }

    private static int[] Living(CheckpointManifest manifest)
    {
        HashSet<string> names = [.. manifest.Images.Select(image => image.Name)];
        return [.. manifest.Pids.Where(pid => names.Contains(MemoryOf(pid)))];
    }

    private static string MemoryOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"mm-{pid}.img");

    private static bool HasStopped(int task) =>
        ProcFs.Threads(task) is { Count: > 0 } threads && threads.All(thread => ProcFs.State($"/proc/{task}/task/{thread}/stat") == 'T');

    /// <summary>criu's own code is in a mapping that the program did not have.</summary>
    private bool RunsItsOwnCode(int task)
    {
        MappedRange[] mappings = MappedRange.ReadAll(Path.Combine(images, MemoryOf(task)));
        return ProcFs.Threads(task).All(thread => ProcFs.InstructionPointer(task, thread) is { } address && mappings.Any(mapping => mapping.Has(address)));
    }
}
