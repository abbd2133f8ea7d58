using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class FileLocksTests
{
    [Fact]
    public void The_locks_of_the_tree_are_listed_and_those_of_others_are_not()
    {
        using TempDirectory directory = new();
        using FileStream file = new(directory.In("file"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Lock(5, 10); // a record lock

        Assert.Contains("POSIX WRITE 5 14", FileLocks.Read([Environment.ProcessId]));
        Assert.Empty(FileLocks.Read([int.MaxValue]));
    }
}
