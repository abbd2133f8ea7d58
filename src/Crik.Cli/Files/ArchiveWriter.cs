using System.Text;
using Crik.Linux;

namespace Crik.Files;

/// <summary>Walks the paths and writes the archive.</summary>
internal sealed class ArchiveWriter : IDisposable
{
    private const long CopyStep = 64 << 20;

    private readonly FileStream _index;
    private readonly FileDescriptor _data;
    private readonly FileDescriptor _root = Libc.Open("/", Libc.O_RDONLY | Libc.O_DIRECTORY);
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _linked = [];
    private readonly List<string> _notes = [];
    private long _entries;
    private long _dataBytes;

    public ArchiveWriter(string archive, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 1 << 16,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        _index = new FileStream(FileArchive.IndexPath(archive), options);
        _data = Libc.Open(FileArchive.DataPath(archive), Libc.O_RDWR | Libc.O_CREAT | Libc.O_TRUNC | Libc.O_NOFOLLOW, 0x180);
        Write(new IndexFrame(FileArchive.Format, 0, 0, IsEnd: false));
    }

    /// <param name="path">Absolute.</param>
    public void Add(byte[] path)
    {
        ReadOnlySpan<byte> fromRoot = path.AsSpan(1);
        if (Libc.Status(_root, fromRoot, followLinks: true) is not { } status)
        {
            _notes.Add($"additional path {Show(path)} is not there, and so is not in the checkpoint");
            return;
        }

        Add(_root, fromRoot, path, status, isRoot: true);
    }

    /// <summary>A file alone, that nobody asked for: one that cannot be read, or has gone meanwhile, stops nothing.</summary>
    public void AddSingle(byte[] path)
    {
        if (Libc.Status(_root, path.AsSpan(1), followLinks: false) is not { IsDirectory: false } status)
        {
            return;
        }

        if (status.IsRegular)
        {
            using FileDescriptor? readable = Libc.TryOpenAt(_root, path.AsSpan(1), Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, 0, out int errno);
            if (readable is null)
            {
                _notes.Add($"{Show(path)} cannot be read, and so is not in the checkpoint: {Errno.Text(errno)}");
                return;
            }
        }

        Add(_root, path.AsSpan(1), path, status, isRoot: false);
    }

    /// <summary>A directory alone, see <see cref="FileEntry.Place"/>.</summary>
    public void AddPlace(byte[] path)
    {
        if (Libc.Status(_root, path.AsSpan(1), followLinks: true) is { IsDirectory: true } status)
        {
            Write(Describe(path, status) with { Kind = FileEntry.Place });
        }
    }

    public FileArchiveSummary Finish()
    {
        Write(new IndexFrame(FileArchive.Format, _entries, _dataBytes, IsEnd: true));
        _index.Flush();
        return new FileArchiveSummary(_entries, _dataBytes, _notes);
    }

    public void Dispose()
    {
        _index.Dispose();
        _data.Dispose();
        _root.Dispose();
    }

    private static string Show(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    private void Add(FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path, FileStatus status, bool isRoot)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        FileEntry entry = Describe(path, status);
        if (status.IsDirectory)
        {
            AddDirectory(parent, name, entry, isRoot);
        }
        else if (status.IsSymlink)
        {
            Write(entry with { Kind = FileEntry.Symlink, Target = Libc.ReadLink(parent, name) });
        }
        else if (status.IsFifo)
        {
            Write(entry with { Kind = FileEntry.Fifo });
        }
        else if (!status.IsRegular)
        {
            _notes.Add($"{Show(path)} is a socket or device, and so is not in the checkpoint");
        }
        else if (status.Links > 1 && _linked.TryGetValue((status.Device, status.Inode), out byte[]? first))
        {
            Write(entry with { Kind = FileEntry.HardLink, Target = first });
        }
        else
        {
            AddFile(parent, name, entry with { Kind = FileEntry.Regular }, status, isRoot);
        }
    }

    private static FileEntry Describe(byte[] path, FileStatus status) => new()
    {
        Kind = FileEntry.Directory,
        Path = path,
        Mode = status.Permissions,
        UserId = status.UserId,
        GroupId = status.GroupId,
        ModifiedAt = status.ModifiedAt,
        AccessedAt = status.AccessedAt,
    };

    private void AddDirectory(FileDescriptor parent, ReadOnlySpan<byte> name, FileEntry entry, bool isRoot)
    {
        using FileDescriptor directory = Open(parent, name, entry.Path, Libc.O_RDONLY | Libc.O_DIRECTORY, isRoot);
        Write(entry with { Attributes = Attributes(directory) });
        foreach (byte[] child in Libc.ReadDirectory(directory))
        {
            if (Libc.Status(directory, child, followLinks: false) is { } status)
            {
                Add(directory, child, [.. entry.Path, (byte)'/', .. child], status, isRoot: false);
            }
        }
    }

    private void AddFile(FileDescriptor parent, ReadOnlySpan<byte> name, FileEntry entry, FileStatus status, bool isRoot)
    {
        using FileDescriptor file = Open(parent, name, entry.Path, Libc.O_RDONLY | Libc.O_NONBLOCK, isRoot);
        List<long> extents = [];
        long at = 0;
        while (at < status.Size && Libc.NextData(file, at, status.Size) is { Length: > 0 } extent)
        {
            extents.AddRange([extent.Offset, extent.Length]);
            for (long done = 0; done < extent.Length;)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                long copied = Libc.CopyRange(file, extent.Offset + done, _data, _dataBytes, Math.Min(CopyStep, extent.Length - done));
                if (copied == 0)
                {
                    throw new FileArchiveException($"{Show(entry.Path)} became shorter while it was copied; something outside the program writes to it");
                }

                done += copied;
                _dataBytes += copied;
            }

            at = extent.Offset + extent.Length;
        }

        if (status.Links > 1)
        {
            _linked.Add((status.Device, status.Inode), entry.Path);
        }

        Write(entry with { Size = status.Size, Extents = [.. extents], Attributes = Attributes(file) });
    }

    private static FileDescriptor Open(FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path, int flags, bool isRoot) =>
        Libc.TryOpenAt(parent, name, flags | (isRoot ? 0 : Libc.O_NOFOLLOW), 0, out int errno)
        ?? throw new FileArchiveException($"{Show(path)} cannot be read for the checkpoint: {Errno.Text(errno)}");

    private static FileEntry.Attribute[]? Attributes(FileDescriptor file)
    {
        IReadOnlyList<(byte[] Name, byte[] Value)> attributes = Libc.ReadAttributes(file);
        return attributes.Count == 0 ? null : [.. attributes.Select(attribute => new FileEntry.Attribute(attribute.Name, attribute.Value))];
    }

    private void Write(FileEntry entry)
    {
        _index.Write(FileJson.Write(entry));
        _index.WriteByte((byte)'\n');
        _entries++;
    }

    private void Write(IndexFrame frame)
    {
        _index.Write(FileJson.Write(frame));
        _index.WriteByte((byte)'\n');
    }
}
