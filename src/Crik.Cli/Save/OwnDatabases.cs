using Crik.Criu;
using Crik.Files;

namespace Crik.Save;

/// <summary>
/// Finds the SQLite databases that a program has open and that a restore puts back. They get other inode numbers, which SQLite compares
/// (docs/design/0025-inodes.md).
/// </summary>
internal static class OwnDatabases
{
    public const string Meaning =
        "a restore gives a SQLite database of this container another inode number, and SQLite then refuses to write to it (SQLITE_READONLY_DBMOVED): put it on a volume";

    /// <summary>The first bytes of each database (https://sqlite.org/fileformat.html).</summary>
    private static ReadOnlySpan<byte> Header => "SQLite format 3\0"u8;

    public static IReadOnlyList<string> Find(IEnumerable<int> tasks, IReadOnlyList<Mount> mounts) =>
    [
        .. tasks.SelectMany(task => ProcFs.OpenFiles(task).Select(file => new OpenDescriptor(task, file.Descriptor, file.Target)))
            .Where(file => file.Target.StartsWith('/')).DistinctBy(file => file.Target)
            .Where(file => OwnFiles.IsOwn(file.Target, mounts) && ProcFs.IsOpenForWriting(file.Pid, file.Number) && IsDatabase(file))
            .Select(file => file.Target),
    ];

    /// <summary>Reads through a duplicate of the descriptor, because opening a file may break a lease.</summary>
    private static bool IsDatabase(OpenDescriptor file)
    {
        if (ProcFs.StatusOf(file.Pid, file.Number) is not { IsRegular: true })
        {
            return false;
        }

        try
        {
            Span<byte> start = stackalloc byte[Header.Length];
            using FileDescriptor? taken = Libc.TryGetDescriptor(file.Pid, file.Number);
            return taken is not null && Libc.ReadAt(taken, 0, start) == start.Length && start.SequenceEqual(Header);
        }
        catch (LinuxException) // it is open for writing only, or the disk has an error
        {
            return false;
        }
    }
}
