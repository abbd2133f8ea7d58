using Crik.Criu;
using Crik.Files;
using Crik.Store;

namespace Crik.Save;

/// <summary>The stages of a save. Each state holds what the next one needs.</summary>
internal abstract record SaveState
{
    /// <summary>criu was asked for a dump and has not frozen the tree yet.</summary>
    public sealed record Asked : SaveState;

    /// <summary>The tree is frozen, and crik has read what it needs to know about it.</summary>
    /// <param name="Renamed">The files that a restore has to open by another name.</param>
    /// <param name="Written">The files on volumes that the tree writes to. crik reads their stamps while criu dumps.</param>
    /// <param name="Sockets">The files of the tree's Unix sockets. crik looks for their names while criu dumps.</param>
    /// <param name="At">How long after the start of the save it was frozen.</param>
    public sealed record Frozen(
        FrozenTree Tree, InotifyWatches Watches, RenamedFiles Renamed, Lazy<IReadOnlyList<WrittenFile>> Written, Lazy<IReadOnlyList<SocketFile>> Sockets, TimeSpan At) : SaveState;

    /// <summary>Everything is in the draft, and criu may let the program go on; it is committed afterwards.</summary>
    public sealed record Captured(Frozen Before, OwnFiles Own) : SaveState;

    /// <summary>The checkpoint is committed, and criu is ending the tree.</summary>
    public sealed record Committed(FrozenTree Tree) : SaveState;

    /// <summary>crik has given this dump up, and criu undoes it.</summary>
    public sealed record Refused(string Reason, Repeat Repeat = Repeat.No) : SaveState;
}
