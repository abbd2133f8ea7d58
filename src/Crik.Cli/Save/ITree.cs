using Crik.Criu;
using Crik.Files;

namespace Crik.Save;

/// <summary>What a save asks the kernel about the program's tree, and does to it. Unit tests put a scripted one in its place.</summary>
internal interface ITree
{
    /// <summary>Lists the processes, with the root first.</summary>
    IReadOnlyList<int> Tasks(int root);

    /// <summary>Estimates how many bytes of memory a dump has to write.</summary>
    long ResidentBytes(IReadOnlyList<int> tasks);

    /// <summary>Explains why a restore would fail although criu can save the tree.</summary>
    /// <returns><see langword="null"/> when nothing would prevent a restore.</returns>
    string? Objection(IReadOnlyList<int> tasks);

    /// <summary>Logs what the program should not rely on after a restore. Call it before criu freezes the tree.</summary>
    void Advise(IReadOnlyList<int> tasks)
    {
    }

    /// <summary>Finds the tasks that job control has stopped, which must stay stopped. Call it before criu freezes the tree.</summary>
    IReadOnlyList<int> Stopped(IReadOnlyList<int> tasks);

    /// <summary>Reads the tree while criu keeps it frozen and before criu dumps it.</summary>
    FrozenTree Read(int root, IReadOnlyList<int> stopped);

    /// <param name="atMost">When to stop the search for the names of watched files. The program is frozen meanwhile.</param>
    InotifyWatches TakeOffWatches(FrozenTree tree, Deadline atMost);

    /// <param name="lifetime">The time in which the program can have bound sockets in this container.</param>
    /// <param name="atMost">When to stop the search for the names of sockets. The program is frozen meanwhile.</param>
    IReadOnlyList<SocketFile> FindSocketFiles(FrozenTree tree, Lifetime lifetime, Deadline atMost);

    void PutOnWatches(InotifyWatches watches);

    /// <summary>Links files that were removed under the name they were opened by. The caller removes the links after the dump.</summary>
    /// <param name="atMost">When to stop the search for other names of these files.</param>
    RenamedFiles LinkRenamed(FrozenTree tree, Deadline atMost);

    /// <summary>Closes connections and drops messages that are on their way to the tree and that criu cannot save.</summary>
    void DropUndelivered(FrozenTree tree);

    /// <summary>Makes sure that the tree does not run on, even if criu is killed.</summary>
    /// <returns>Whether criu still holds all of it, so that none of it has run since it was frozen.</returns>
    bool TryHold(FrozenTree tree);

    /// <summary>Undoes <see cref="TryHold"/>.</summary>
    void LetGo(FrozenTree tree);

    /// <summary>Whether a frozen process has died because of code that criu made it run.</summary>
    bool HasLostOne(FrozenTree tree);

    void Kill(FrozenTree tree);
}
