using Crik.Init;
using Crik.Restore;
using Crik.Store;

namespace Crik.Tests.Restore;

/// <summary>A restored tree without processes, and what was done to it.</summary>
internal sealed class ScriptedRestoredTree(IInit init) : IRestoredTree
{
    /// <summary>What was done, in order.</summary>
    public List<string> Steps { get; } = [];

    public int? Taken { get; set; }

    /// <summary>criu's end took some of a complete tree along.</summary>
    public bool IsTorn { get; init; }

    /// <summary>criu's end took the tree along that it was about to let run.</summary>
    public ChildProcess? DiesWithCriu { get; set; }

    public int? TakenByCrik(CheckpointManifest manifest) => Taken;

    public void MakeRoomForCriu(IReadOnlyCollection<int> needed)
    {
    }

    public void ApproachTreeRange() => Steps.Add("approach");

    public void EnterTreeRange() => Steps.Add("enter");

    public long ResidentBytes(int root) => 0;

    public bool IsEnding(int pid)
    {
        DiesWithCriu?.NoteEnd(9);
        return DiesWithCriu is not null;
    }

    public void PrepareToResume(CheckpointManifest manifest, PodTerminal? terminal) => Steps.Add("prepare");

    /// <summary>A tree of processes that are not there is torn; one of none is whole.</summary>
    public OrphanedTree Orphans(CheckpointManifest manifest, string images) => new(init, IsTorn ? manifest : manifest with { Images = [] }, images);

    public bool TryEndRemains(CheckpointManifest manifest, int criu)
    {
        Steps.Add("end remains");
        return true;
    }
}
