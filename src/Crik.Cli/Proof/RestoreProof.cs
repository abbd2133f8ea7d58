using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>
/// Compares what criu's images refer to with what the next pod will have. Every rule here stands for a program of which criu makes a
/// checkpoint that it cannot restore (docs/design/0024-proof-before-commit.md).
/// </summary>
internal static class RestoreProof
{
    private const string CloseIt = "close it before checkpoints";

    /// <param name="moved">The paths under which a restore opens files that were renamed, by the names in the images.</param>
    /// <param name="sockets">The files of Unix sockets at which a restore binds them.</param>
    public static Verdict Of(ImageContents images, INextPod pod, IReadOnlyDictionary<string, string> moved, IReadOnlyList<SocketFile> sockets)
    {
        FileRules files = new(images.Processes, pod);
        HashSet<string> checkedPaths = [];
        List<Objection> objections =
        [
            .. images.MissingImages.Select(name => new Objection($"criu did not write {name}, which other images refer to", "install another version of criu")),
            .. files.Check(images, moved),
            .. SocketPlaces(images.BoundSockets, sockets).Where(checkedPaths.Add).Select(place => files.CheckPlace(place)).OfType<Objection>(),
            .. DeletedDirectories(images, pod),
            .. DeletedFiles(images).Where(pod.IsReadOnly).Distinct().Select(NoPlaceFor),
            .. Terminals(images.Terminals),
            .. images.TaskFiles.Where(file => !images.Files.ContainsKey(file.File)).Select(NotAFile),
            .. images.FreeSockets.Where(socket => IsElsewhere(socket, pod)).Select(NoAddress),
        ];
        return new Verdict(objections, files.Unseen);
    }

    /// <summary>Finds the directories in which sockets are bound at the restore.</summary>
    private static IEnumerable<string> SocketPlaces(IReadOnlyList<BoundName> bound, IReadOnlyList<SocketFile> sockets)
    {
        HashSet<uint> found = [.. sockets.SelectMany(file => file.Sockets)];
        return bound.Where(socket => !found.Contains(socket.Socket)).Select(socket => socket.Path).Concat(sockets.Select(file => file.Names[0]))
            .Select(path => Path.GetDirectoryName(path)).OfType<string>();
    }

    /// <summary>
    /// Finds deleted directories that are still open and that criu cannot bring back: it makes each at its path, opens it and removes it again
    /// (create_ghost_dentry, criu/files-reg.c). So each has to be alone at its path, and empty.
    /// </summary>
    private static List<Objection> DeletedDirectories(ImageContents images, INextPod pod)
    {
        List<DeletedPath> deleted = [];
        foreach ((uint id, Substitute substitute) in images.Deleted)
        {
            if (substitute.Kind == ReplacementKind.Image && images.Files.TryGetValue(id, out NamedFile? file) && !file.IsElsewhere)
            {
                deleted.Add(new DeletedPath(file.Path, substitute.Id, file.Type == FileType.Directory));
            }
        }

        List<Objection> objections = [];
        foreach (DeletedPath directory in deleted.Where(one => one.IsDirectory).DistinctBy(one => one.Path))
        {
            string? why = deleted.Any(other => other.Image != directory.Image && other.Path == directory.Path) ? "another deleted one of the same name is open too"
                : deleted.Any(other => other.Path.Length > directory.Path.Length && PathNames.IsBelow(other.Path, directory.Path)) ? "something that was in it is open too"
                : pod.IsTaken(directory.Path) ? "something else is at its path now"
                : null;
            if (why is not null)
            {
                objections.Add(new Objection($"the program has the deleted directory {directory.Path} open, and criu could not make it again, because {why}", CloseIt));
            }
        }

        return objections;
    }

    /// <summary>Finds deleted files that are still open. criu makes each at its path, opens it and removes it again.</summary>
    private static IEnumerable<string> DeletedFiles(ImageContents images) => images.Files
        .Where(file => !file.Value.IsElsewhere && images.Deleted.GetValueOrDefault(file.Key) is { Kind: ReplacementKind.Image })
        .Select(file => file.Value.Path);

    private static Objection NoPlaceFor(string path) => new(
        $"the program has the deleted file {path} open, and criu could not make it again, because the volume is read-only", CloseIt);

    /// <summary>Finds terminals whose other end the program does not have (tty_find_restoring_task, criu/tty.c).</summary>
    private static IEnumerable<Objection> Terminals(IReadOnlyList<PseudoTerminal> terminals)
    {
        HashSet<uint> owned = [.. terminals.Where(terminal => terminal.IsMaster).Select(terminal => terminal.Number)];
        return terminals.Where(terminal => !terminal.IsMaster && !terminal.IsHungUp && owned.Add(terminal.Number))
            .Select(terminal => new Objection($"the program has the terminal /dev/pts/{terminal.Number} open, whose other end belongs to a process outside of the program", CloseIt));
    }

    private static Objection NotAFile(TaskFile file) => new(
        $"the {file.What} of process {file.Pid} is in memory only (memfd_create), and criu could not restore that process", "run it from a file");

    private static bool IsElsewhere(FreeSocket socket, INextPod pod)
    {
        const int FirstMulticast = 224;
        return socket.Address.AsSpan().IndexOfAnyExcept((byte)0) >= 0 && socket.Address[0] is not 127 and < FirstMulticast && !pod.HasAddress(socket.Address);
    }

    private static Objection NoAddress(FreeSocket socket) => new(
        $"a socket is bound to {InterfaceAddress.Text(socket.Address, socket.Port)} with IP_FREEBIND, and criu could not bind it, because no interface has that address",
        "bind it to all addresses, or close it before checkpoints");

    private sealed class DeletedPath(string path, uint image, bool isDirectory)
    {
        public string Path { get; } = path;

        /// <summary>The id of the image with its contents, which tells it from another one of the same name.</summary>
        public uint Image { get; } = image;

        public bool IsDirectory { get; } = isDirectory;
    }
}
