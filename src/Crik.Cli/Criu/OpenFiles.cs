using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Finds the open files in a set of images that descriptors lead to, and replaces files that only the old pod had by files that the new
/// pod has.
/// </summary>
internal static class OpenFiles
{
    /// <summary>Finds the ids, in <c>files.img</c>, of the open files that these descriptors lead to.</summary>
    public static IReadOnlyList<uint> FindIds(string images, IEnumerable<(int Pid, int Descriptor)> descriptors)
    {
        SortedSet<uint> ids = [];
        foreach (int pid in descriptors.Select(descriptor => descriptor.Pid).Distinct())
        {
            byte[] numbers = CriuImage.Read(Path.Combine(images, ImageName.Ids(pid))).First;
            HashSet<int> wanted = [.. descriptors.Where(descriptor => descriptor.Pid == pid).Select(descriptor => descriptor.Descriptor)];
            List<byte[]> table = CriuImage.Read(Path.Combine(images, ImageName.Descriptors(new IdsEntry(numbers).Files))).Messages;
            ids.UnionWith(table.Where(message => wanted.Contains(new DescriptorEntry(message).Descriptor))
                .Select(message => new DescriptorEntry(message).File));
        }

        return [.. ids];
    }

    /// <summary>
    /// Turns the old pod's streams, of whatever kind, into plain files with a name that only <c>--inherit-fd</c> uses. So a pipe can become a
    /// terminal, and a terminal a file. A terminal is one open file for all three streams, but the new pod may have three different files
    /// instead; so every stream becomes a separate file.
    /// </summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool ReplaceStreams(CriuImage files, StreamReplacement replacement)
    {
        if (replacement.IsEmpty)
        {
            return false;
        }

        Change(files, message => replacement.Default(new OpenFileEntry(message).Id) is { } stream ? Regular(new OpenFileEntry(message).Id, stream) : null);
        foreach (int stream in replacement.Streams)
        {
            files.Messages.Add(Regular(replacement.NewId(stream), stream));
        }

        return true;

        // criu skips the first character of the path.
        static byte[] Regular(uint id, int stream) => OpenFileEntry.OfRegular(id, RegularFileEntry.New(id, $"/{StreamReplacement.Name(stream)}"));
    }

    /// <summary>Points a process's descriptors of the old pod's streams to the files that <see cref="ReplaceStreams"/> made.</summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool ReplaceStreamsInTable(CriuImage table, StreamReplacement replacement) => Change(table, message =>
    {
        DescriptorEntry entry = new(message);
        return replacement.StreamOf(entry.File, entry.Descriptor) is { } stream ? entry.LeadingTo(replacement.NewId(stream)) : null;
    });

    /// <summary>criu's name for an open plain file outside the tree (dump_one_reg_file, criu/files-reg.c).</summary>
    public static string ExternalKey(int pid, int descriptor, ulong inode)
    {
        string? mount = ProcFs.Field(ProcFs.Lines($"/proc/{pid}/fdinfo/{descriptor}"), "mnt_id:");
        return $"file[{(mount is null ? -1 : int.Parse(mount, CultureInfo.InvariantCulture)):x}:{inode:x}]";
    }

    /// <summary>Finds the highest id in <c>files.img</c>.</summary>
    public static uint HighestId(CriuImage files) => files.Messages.Select(message => new OpenFileEntry(message).Id).Max(0u);

    /// <summary>Gives plain files another path.</summary>
    /// <param name="move">Finds the new path of a file; <see langword="null"/> leaves it as it is.</param>
    /// <returns>Whether anything was changed.</returns>
    public static bool Move(CriuImage files, Func<string, string?> move) => Change(files, message =>
    {
        OpenFileEntry entry = new(message);
        return entry.Kind == FileKind.Regular && move(entry.Regular.Path) is { } target ? entry.WithRegular(entry.Regular.WithPath(target)) : null;
    });

    /// <summary>Binds the sockets that are bound to an address of the old pod to the address that replaces it in the new one.</summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool Readdress(CriuImage files, PodAddresses addresses) => Change(files, message =>
    {
        OpenFileEntry entry = new(message);
        return entry.Kind == FileKind.InetSocket && entry.InetSocket.Source is { Length: 4 or 16 } source && addresses.Move(source) is { } target
            ? entry.WithInetSocket(entry.InetSocket.WithSource(target))
            : null;
    });

    /// <summary>Binds Unix sockets to where their files are.</summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool Bind(CriuImage files, IReadOnlyList<SocketFile> sockets)
    {
        Dictionary<uint, SocketFile> bySocket = new(sockets.SelectMany(file => file.Sockets.Select(socket => new KeyValuePair<uint, SocketFile>(socket, file))));
        return bySocket.Count > 0 && Change(files, message =>
        {
            OpenFileEntry entry = new(message);
            return entry.Kind == FileKind.UnixSocket && bySocket.TryGetValue(entry.UnixSocket.Inode, out SocketFile? file)
                ? entry.WithUnixSocket(file.Bind(entry.UnixSocket))
                : null;
        });
    }

    /// <summary>
    /// Removes owner and mode from Unix sockets whose file was deleted. criu does not initialize these fields for them (unix_process_name of
    /// criu/sk-unix.c), and a criu that does not run as root cannot give a file to a random owner.
    /// </summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool ForgetOwnersOfDeleted(CriuImage files) => Change(files, message =>
    {
        OpenFileEntry entry = new(message);
        return entry.UnixSocket.IsDeleted ? entry.WithUnixSocket(entry.UnixSocket.WithoutPermissions()) : null;
    });

    /// <param name="change">Makes the changed message; <see langword="null"/> leaves it as it is.</param>
    /// <returns>Whether anything was changed.</returns>
    public static bool Change(CriuImage image, Func<byte[], byte[]?> change)
    {
        bool changed = false;
        for (int i = 0; i < image.Messages.Count; i++)
        {
            if (change(image.Messages[i]) is { } other)
            {
                image.Messages[i] = other;
                changed = true;
            }
        }

        return changed;
    }
}
