using Crik.Diagnostics;
using Crik.Store;

namespace Crik.Restore;

/// <summary>What a restore asks the kernel about the tree that criu makes, and does to it. Unit tests put a scripted one in its place.</summary>
internal interface IRestoredTree
{
    /// <summary>Notes which processes are there before an attempt, so that they are not ended with its remains.</summary>
    void NoteOthers()
    {
    }

    /// <summary>A number that the program needs and crik itself has.</summary>
    int? TakenByCrik(CheckpointManifest manifest);

    /// <summary>Makes sure that criu's own processes get PIDs that the program does not need.</summary>
    void MakeRoomForCriu(IReadOnlyCollection<int> needed);

    /// <summary>Moves the PID counter close to the tree's range while criu is busy.</summary>
    void ApproachTreeRange();

    /// <summary>Makes sure that later processes get PIDs in the tree's range.</summary>
    void EnterTreeRange();

    /// <summary>Counts the processes of the tree that are there, and the bytes that they have read for their memory.</summary>
    Work WorkDone(int root);

    bool IsEnding(int pid);

    /// <summary>Puts back what criu does not restore; called when every task is restored and stopped, just before it continues.</summary>
    void PrepareToResume(CheckpointManifest manifest, PodTerminal? terminal);

    /// <summary>The tasks of a tree whose criu died after the tree was complete.</summary>
    OrphanedTree Orphans(CheckpointManifest manifest, string images);

    /// <summary>Ends what is left of a failed attempt.</summary>
    /// <returns>Whether nothing is left.</returns>
    bool TryEndRemains(CheckpointManifest manifest, int criu);
}
