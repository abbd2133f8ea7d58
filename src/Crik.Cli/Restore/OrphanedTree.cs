using System.Globalization;
using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Examines the tasks of a restore whose criu died after its last check and before it told crik that they run. If criu could not load crik's
/// library (Native/criu-restores.c), the kernel lets the tasks go where they are. A task that meets one of criu's breakpoints dies. A task
/// that waits for criu waits for ever. A task that criu had finished runs (criu/cr-restore.c, restore_root_task). If all tasks run, this is
/// the program, and crik must not start it a second time. Otherwise the tree is incomplete and useless.
/// </summary>
/// <param name="images">The directory of the checkpoint's images.</param>
internal sealed class OrphanedTree(IInit init, CheckpointManifest manifest, string images)
{
    /// <summary>How long the tasks may take to stop. A task that takes longer waits in the kernel for a disk.</summary>
    private static readonly TimeSpan s_untilStopped = TimeSpan.FromSeconds(2);

    private readonly int[] _living = Living(manifest);

    /// <summary>Stops the tasks. Call it as soon as criu is gone, because until then some tasks run or are about to.</summary>
    public void Stop() => FrozenTree.Send(Signal.SIGSTOP, _living);

    public void LetRun() => FrozenTree.Send(Signal.SIGCONT, _living);

    /// <summary>Whether every task has reached the program's own code.</summary>
    public bool IsWhole()
    {
        init.Wait(() => _living.All(task => HasStopped(task) || ProcFs.IsEnding(task)), Deadline.In(s_untilStopped));
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

    /// <summary>Tells whether a task is in the program's code. criu's code is in a mapping that the program did not have.</summary>
    private bool RunsItsOwnCode(int task)
    {
        MappedRange[] mappings = MappedRange.ReadAll(Path.Combine(images, MemoryOf(task)));
        return ProcFs.Threads(task).All(thread => ProcFs.InstructionPointer(task, thread) is { } address && mappings.Any(mapping => mapping.Has(address)));
    }
}
