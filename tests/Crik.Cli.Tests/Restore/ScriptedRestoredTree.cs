using Crik.Diagnostics;
using Crik.Init;
using Crik.Restore;
using Crik.Store;

namespace Crik.Tests.Restore;

/// <summary>Stands in for a restored tree. It has no processes, and records what crik does to it.</summary>
internal sealed class ScriptedRestoredTree(IInit init) : IRestoredTree
{
    /// <summary>What crik did, in order.</summary>
    public List<string> Steps { get; } = [];

    public int? Taken { get; set; }

    /// <summary>Whether the end of criu killed a part of a complete tree.</summary>
    public bool IsTorn { get; init; }

    /// <summary>The tree that criu was about to let run, if the end of criu kills it.</summary>
    public ChildProcess? DiesWithCriu { get; set; }

    public int? TakenByCrik(CheckpointManifest manifest) => Taken;

    public void MakeRoomForCriu(IReadOnlyCollection<int> needed)
    {
    }

    public void ApproachTreeRange() => Steps.Add("approach");

    public void EnterTreeRange() => Steps.Add("enter");

    public Work WorkDone(int root) => default;

    public bool IsEnding(int pid)
    {
        DiesWithCriu?.NoteEnd(9);
        return DiesWithCriu is not null;
    }

    public void PrepareToResume(CheckpointManifest manifest, PodTerminal? terminal) => Steps.Add("prepare");

    /// <summary>Returns a tree that counts as torn if it names processes, because none of them exists. Without names it counts as complete.</summary>
    public OrphanedTree Orphans(CheckpointManifest manifest, string images) => new(init, IsTorn ? manifest : manifest with { Images = [] }, images);

    public bool TryEndRemains(CheckpointManifest manifest, int criu)
    {
        Steps.Add("end remains");
        return true;
    }
}
