using Crik.Criu;
using Crik.Files;
using Crik.Init;
using Crik.Linux;
using Crik.Save;

namespace Crik.Tests.Save;

/// <summary>Stands in for a tree of one process. There is no real process behind it. It records what crik does to the tree.</summary>
internal sealed class ScriptedTree(ChildProcess root) : ITree
{
    private readonly FrozenTree _frozen = new() { Tasks = [root.Pid], Living = [root.Pid, root.Pid + 2], Stopped = [root.Pid + 2], Pids = [root.Pid] };

    public bool IsHeld { get; private set; }

    public bool WasHeld { get; private set; }

    public bool WasKilled { get; private set; }

    public bool WatchesAreOff { get; private set; }

    public bool WatchesWereOff { get; private set; }

    /// <summary>How long the search for the names of watched files might take.</summary>
    public TimeSpan? TimeForSearch { get; private set; }

    public bool UndeliveredWasDropped { get; private set; }

    public string? Objects { get; init; }

    public long Bytes { get; init; } = 4096;

    /// <summary>Whether a process died because an earlier criu left it in the middle of criu's code.</summary>
    public bool LostOne { get; init; }

    /// <summary>Whether criu has lost the tree before crik holds it.</summary>
    public bool CriuLostIt { get; init; }

    public Action? WhenHeld { get; init; }

    public Action? WhenLetGo { get; init; }

    public IReadOnlyList<int> Tasks(int root) => [root];

    public long ResidentBytes(IReadOnlyList<int> tasks) => Bytes;

    public string? Objection(IReadOnlyList<int> tasks) => Objects;

    public IReadOnlyList<int> Stopped(IReadOnlyList<int> tasks) => [];

    public FrozenTree Read(int root, IReadOnlyList<int> stopped) => _frozen;

    public InotifyWatches TakeOffWatches(FrozenTree tree, Deadline atMost)
    {
        WatchesAreOff = WatchesWereOff = true;
        TimeForSearch = atMost.Left;
        return InotifyWatches.TakeOff(tree, [], atMost);
    }

    public IReadOnlyList<SocketFile> FindSocketFiles(FrozenTree tree, Lifetime lifetime, Deadline atMost) => [];

    public void PutOnWatches(InotifyWatches watches) => WatchesAreOff = false;

    public RenamedFiles LinkRenamed(FrozenTree tree, Deadline atMost) => RenamedFiles.Link(tree, atMost);

    public void DropUndelivered(FrozenTree tree) => UndeliveredWasDropped = true;

    public bool TryHold(FrozenTree tree)
    {
        IsHeld = WasHeld = true;
        WhenHeld?.Invoke();
        return !CriuLostIt;
    }

    public void LetGo(FrozenTree tree)
    {
        IsHeld = false;
        WhenLetGo?.Invoke();
    }

    public bool HasLostOne(FrozenTree tree) => LostOne;

    public void Kill(FrozenTree tree)
    {
        WasKilled = true;
        root.NoteEnd(9);
    }
}
