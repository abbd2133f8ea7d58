namespace Crik.Files;

/// <summary>Opens the directories that the roots of an archive lie in, and makes those that are missing.</summary>
internal sealed class RootDirectories(ArchiveRoots roots, PutBack putBack)
{
    private const int MostLinks = 40; // as many as the kernel follows, path_resolution(7)

    /// <summary>
    /// Opens the directory that holds a root of the archive. For a path that the user configured, crik follows all links, even when the path
    /// itself is one. It also does so for a directory that the program named. It follows no link to a single file, because the kernel had
    /// resolved that path already when crik recorded it.
    /// </summary>
    public (FileDescriptor Parent, byte[] Name) Open(FileEntry entry)
    {
        if (roots.IsSingle(entry.Path))
        {
            return OpenParent(entry, entry.Path, followLinks: entry.Kind == FileEntry.Place);
        }

        return roots.IsTree(entry.Path) ? OpenParent(entry, Resolve(entry.Path), followLinks: true) : throw IndexReader.Damaged("a file comes without its directory");
    }

    /// <summary>Opens the directory that the target of a hard link lies in, without following links below its root.</summary>
    public (FileDescriptor Parent, byte[] Name) OpenTarget(FileEntry entry)
    {
        byte[] target = entry.Target!;
        byte[] root = roots.BaseOf(target);
        int slash = Array.LastIndexOf(target, (byte)'/');
        ReadOnlySpan<byte> between = slash > root.Length ? target.AsSpan(root.Length, slash - root.Length).TrimStart((byte)'/') : [];
        FileDescriptor top = DirectoryPath.TryOpen(root, followLinks: true, out int errno) ?? throw EntryMaker.CannotWrite(entry, errno);
        FileDescriptor? parent = DirectoryPath.TryOpenBelow(top, between, followLinks: false, out errno);
        return (parent ?? throw EntryMaker.CannotWrite(entry, errno), target[(slash + 1)..]);
    }

    private (FileDescriptor Parent, byte[] Name) OpenParent(FileEntry entry, byte[] path, bool followLinks)
    {
        int slash = Array.LastIndexOf(path, (byte)'/');
        FileDescriptor? parent = DirectoryPath.TryOpen(path.AsSpan(0, slash), followLinks, out int errno, MakeMissing);
        return (parent ?? throw EntryMaker.CannotWrite(entry, errno), path[(slash + 1)..]);

        int MakeMissing(FileDescriptor above, ReadOnlySpan<byte> name, int rest)
        {
            int made = Libc.MakeDirectoryAt(above, name, FileModes.OthersMayUse);
            if (made == 0)
            {
                putBack.Add(above, name, path[..(rest == 0 ? slash : slash - rest - 1)]);
            }

            return made;
        }
    }

    /// <summary>Follows a path that is a link itself to the end, also when there is nothing at its end.</summary>
    private static byte[] Resolve(byte[] path)
    {
        byte[] now = path;
        for (int links = 0; links < MostLinks; links++)
        {
            if (Libc.TryReadLink(ByteStrings.Decode(now)) is not { } target)
            {
                return now;
            }

            byte[] bytes = ByteStrings.Encode(target.Length > 1 ? target.TrimEnd('/') : target);
            now = bytes is [(byte)'/', ..] ? bytes : [.. now[..(Array.LastIndexOf(now, (byte)'/') + 1)], .. bytes];
        }

        return path; // a ring of links: opening it says so
    }
}
