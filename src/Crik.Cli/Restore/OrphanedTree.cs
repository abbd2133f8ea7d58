using Crik.Criu;
using Crik.Criu.Images;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Decides whether a restored tree is usable when criu died after the tree was complete and before criu told crik that the tasks run. With
/// crik's library (Native/criu-restores.c) all tasks die together with criu. A criu that could not load it leaves each task as it is at that
/// moment (criu/cr-restore.c, restore_root_task): a task that reaches one of criu's breakpoints dies, a task that waits for criu waits for
/// ever, and a task that criu had finished runs. If all tasks run the program's own code, the program is restored, and crik must not start it
/// a second time. Otherwise crik ends the tasks.
/// </summary>
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
        List<MemoryArea> mappings = new MemoryEntry(CriuImage.Read(Path.Combine(images, MemoryOf(task))).First).Areas;
        return ProcFs.Threads(task).All(thread => ProcFs.InstructionPointer(task, thread) is { } address && mappings.Any(mapping => mapping.Has(address)));
    }
}
