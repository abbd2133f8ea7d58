using Crik.Criu.Images;
using Crik.Diagnostics;

namespace Crik.Criu;

/// <summary>
/// The file of Unix sockets at its present names. criu binds a socket to the name that it was bound to at first. If the file was renamed
/// since, nobody could reach the restored socket, so crik finds the present names and lets criu bind the socket there.
/// </summary>
/// <param name="Sockets">The inodes of the socket that was bound, and of those that it accepted, which have its name.</param>
/// <param name="Names">The paths that lead to the file. criu binds the socket to the first, and crik links the others to it.</param>
/// <param name="Mode">The permission bits, as in chmod(2).</param>
internal sealed record SocketFile(IReadOnlyList<uint> Sockets, IReadOnlyList<string> Names, uint Mode, uint UserId, uint GroupId)
{
    private const int LongestAddress = 107; // sun_path without its last zero byte (unix(7))
    private const string Here = "/proc/self/cwd/";

    /// <summary>
    /// The directory in which criu binds the socket, if the path is too long for an address. The address then goes through
    /// <c>/proc/self/cwd</c> and is not relative, because criu saves a relative one only as long as its process is in that directory.
    /// </summary>
    private string? Directory => Fits(Names[0]) ? null : Path.GetDirectoryName(Names[0]);

    /// <summary>The name in <see cref="Directory"/>, or another one if it is too long even so.</summary>
    private string NameInDirectory => Path.GetFileName(Names[0]) is var name && Fits(Here + name) ? name : $".crik-{Sockets[0]}";

    /// <summary>The path at which criu makes the file.</summary>
    internal string Place => Directory is { } directory ? $"{directory}/{NameInDirectory}" : Names[0];

    /// <summary>Finds the files of the sockets that the tree has. A file that has no name any more is left out; criu restores its socket.</summary>
    /// <param name="isChanged">Whether something below a directory of an overlayfs may be in the container's own layer. An image has no sockets.</param>
    /// <param name="atMost">When to stop the search. The program is frozen meanwhile.</param>
    public static IReadOnlyList<SocketFile> Find(FrozenTree tree, Func<FileStatus, bool> isChanged, Deadline atMost)
    {
        HashSet<string> inOtherMounts = SocketsInOtherMounts(tree);
        Dictionary<(ulong Device, ulong Inode), List<BoundSocket>> byFile = [];
        foreach (BoundSocket socket in tree.Sockets.Where(socket => socket.Path.StartsWith('/') && !inOtherMounts.Contains(socket.Link)))
        {
            (byFile.TryGetValue((socket.Device, socket.File), out List<BoundSocket>? others) ? others : byFile[(socket.Device, socket.File)] = []).Add(socket);
        }

        if (byFile.Count == 0)
        {
            return [];
        }

        string[] bound =
        [
            .. byFile.Values.SelectMany(sockets => sockets).Select(socket => Path.GetFullPath(socket.Path)).Distinct()
                .Where(path => !PathNames.IsBelow(path, "/proc")), // crik's working directory is another one
        ];
        IEnumerable<string> hints = bound.Concat(bound.Select(path => Path.GetDirectoryName(path)!).Distinct());
        Dictionary<(ulong Device, ulong Inode), List<string>> names =
            FileNames.Find(new HashSet<(ulong, ulong)>(byFile.Keys), tree.Tasks, hints, Mount.ReadAll(), atMost, isChanged);
        List<SocketFile> found = [];
        foreach (((ulong, ulong) file, List<BoundSocket> sockets) in byFile)
        {
            if (names.TryGetValue(file, out List<string>? paths) && Libc.TryStatus(paths[0], followLinks: false) is { IsSocket: true } status)
            {
                found.Add(new SocketFile([.. sockets.Select(socket => socket.Inode)], paths, (uint)status.Permissions, status.UserId, status.GroupId));
            }
        }

        Log.Debug(Event.SocketFilesFound, "files of Unix sockets", ("bound", byFile.Count), ("withNames", found.Count));
        return found;
    }

    /// <summary>Changes the entry of one of the sockets, so that criu binds it to the first of the present names.</summary>
    public byte[] Bind(UnixSocketEntry socket) =>
        socket.BoundTo(Directory is null ? Names[0] : Here + NameInDirectory, Directory, Mode, UserId, GroupId);

    /// <summary>Gives the file of the restored socket its other names. A socket that an earlier pod left there is replaced; another file is not.</summary>
    public void LinkNames()
    {
        string place = Place;
        foreach (string name in Names.Where(name => name != place && !IsSameFile(name, place)))
        {
            Libc.RemoveSocket(name);
            int errno = Libc.MakeHardLink(place, name);
            if (errno != 0)
            {
                Log.Warning(Event.SocketNameLost, "a Unix socket could not get one of its names again", ("path", name), ("reason", Errno.Text(errno)));
            }
        }

        if (!Names.Contains(place) && Names.Any(name => IsSameFile(name, place)))
        {
            Libc.RemoveSocket(place);
        }
    }

    /// <summary>Finds the sockets of tasks that see other mounts than crik does, so that their paths mean nothing to crik.</summary>
    private static HashSet<string> SocketsInOtherMounts(FrozenTree tree)
    {
        string? own = ProcFs.Link("/proc/self/ns/mnt");
        HashSet<int> apart = [.. tree.Tasks.Where(task => (ProcFs.Link($"/proc/{task}/ns/mnt") ?? own) != own)];
        return [.. tree.Open.Where(file => apart.Contains(file.Pid)).Select(file => file.Target)];
    }

    private static bool IsSameFile(string one, string other) =>
        Libc.TryStatus(one, followLinks: false) is { } first && Libc.TryStatus(other, followLinks: false) is { } second
        && (first.Device, first.Inode) == (second.Device, second.Inode);

    private static bool Fits(string address) => ByteStrings.Encode(address).Length <= LongestAddress;
}
