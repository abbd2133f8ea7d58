using Crik.Linux;
using Crik.Save;

namespace Crik.Tests.Save;

public sealed class OwnDatabasesTests
{
    private static readonly Mount s_root = Mount.Parse("1 0 0:1 / / rw - overlay overlay rw")!;

    [Fact]
    public void A_database_that_is_open_for_writing_is_found_unless_it_is_on_a_volume()
    {
        using TempDirectory directory = new();
        using FileStream database = Open("database", FileAccess.ReadWrite, "SQLite format 3\0 and more");
        using FileStream other = Open("other", FileAccess.ReadWrite, "SQLite format 2\0 and more");
        using FileStream small = Open("small", FileAccess.ReadWrite, "SQLite");
        using FileStream written = Open("written", FileAccess.Write, "SQLite format 3\0");
        Open("read", FileAccess.ReadWrite, "SQLite format 3\0").Dispose();
        using FileStream read = new(directory.In("read"), FileMode.Open, FileAccess.Read);
        Mount volume = Mount.Parse($"2 1 8:1 / {directory.Path} rw - ext4 /dev/sda1 rw")!;

        Assert.Equal([directory.In("database")], Found([s_root]).Where(path => PathNames.IsBelow(path, directory.Path)));
        Assert.DoesNotContain(directory.In("database"), Found([s_root, volume]));

        FileStream Open(string name, FileAccess access, string text)
        {
            File.WriteAllText(directory.In(name), text);
            return new FileStream(directory.In(name), FileMode.Open, access, FileShare.ReadWrite);
        }
    }

    private static IReadOnlyList<string> Found(Mount[] mounts) => OwnDatabases.Find([Environment.ProcessId], mounts);
}
