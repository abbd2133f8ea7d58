using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Watches and changes the tree that criu makes, through /proc and signals.</summary>
internal sealed class ProcRestoredTree(IInit init) : IRestoredTree
{
    /// <summary>Processes that were there before the attempt, with their start times: a number can be given out again.</summary>
    private readonly Dictionary<int, ulong> _others = [];

    public void NoteOthers()
    {
        _others.Clear();
        foreach (int pid in ProcFs.Tree(Environment.ProcessId).Skip(1))
        {
            _others[pid] = ProcFs.StartTime(pid);
        }
    }

    public int? TakenByCrik(CheckpointManifest manifest) =>
        ProcFs.Threads(Environment.ProcessId).Append(Environment.ProcessId).Intersect(manifest.Pids)
            .Select(own => (int?)own).FirstOrDefault(otherwise: null);

    public void MakeRoomForCriu(IReadOnlyCollection<int> needed) => PidSpace.MakeRoomForCriu(needed);

    public void ApproachTreeRange() => PidSpace.ApproachTreeRange();

    public void EnterTreeRange() => PidSpace.EnterTreeRange();

    public Work WorkDone(int root)
    {
        // The tree is crik's child, not criu's. Its processes read their pages themselves, after all of them were made. Until then each has
        // its parent's memory, so the resident memory says nothing; without the right to see what a process read, it is all that there is.
        IReadOnlyList<int> tasks = ProcFs.Tree(root);
        long read = tasks.Sum(ProcFs.BytesRead);
        return new Work(read > 0 ? read : ProcFs.ResidentBytes(tasks), tasks.Count);
    }

    public bool IsEnding(int pid) => ProcFs.IsEnding(pid);

    public void PrepareToResume(CheckpointManifest manifest, PodTerminal? terminal)
    {
        foreach (SocketFile file in manifest.SocketFiles)
        {
            file.LinkNames(); // before the watches, which may be on the directory
        }

        InotifyWatches.PutOn(manifest.Watches.Select(watch => watch with { Path = ProjectedVolume.Move(watch.Path) ?? watch.Path }));
        terminal?.Keep(manifest.RootPid);
        if (manifest.Traits is { } traits)
        {
            RestoredTraits.Mend(traits);
        }
    }

    public OrphanedTree Orphans(CheckpointManifest manifest, string images) => new(init, manifest, images);

    /// <summary>
    /// Ends the tasks of the tree, and the helpers that criu started in their groups and sessions. Hooks and processes that they left behind
    /// are crik's descendants too, but they stay.
    /// </summary>
    public bool TryEndRemains(CheckpointManifest manifest, int criu)
    {
        HashSet<int> theirs = [.. manifest.Pids, .. ProcFs.Tree(criu)];
        bool IsTheirs(int pid) => theirs.Contains(pid) || (ProcFs.Membership(pid) is var (group, session, _) && (theirs.Contains(group) || theirs.Contains(session)));
        int[] left = [.. ProcFs.Tree(Environment.ProcessId).Skip(1).Where(pid => IsTheirs(pid) && !IsOther(pid))];
        FrozenTree.Send(Signal.SIGKILL, left);
        return left.Length == 0;
    }

    private bool IsOther(int pid) => _others.TryGetValue(pid, out ulong startedAt) && ProcFs.StartTime(pid) == startedAt;
}
