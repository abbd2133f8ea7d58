using Crik.Linux;
using Crik.Store;

namespace Crik.Tests.Store;

/// <summary>Tests how crik finds out who holds an image directory without disturbing the holder.</summary>
public sealed class LockHolderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>Looking needs no exclusive lock, because NFSv4 gives none on a file that is open for reading only.</summary>
    [Fact]
    public void Two_processes_can_look_for_the_holder_at_once()
    {
        File.WriteAllText(_temp.In("lock"), "");
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDONLY);
        Assert.True(Libc.TryLockShared(file));

        Assert.Null(ImageDirectory.FindHolder(_temp.Path));
    }

    [Fact]
    public void Two_processes_that_look_both_find_the_holder()
    {
        using ImageDirectory owner = ImageDirectory.OpenForChange(_temp.Path);

        Assert.Equal(Environment.ProcessId, ImageDirectory.FindHolder(_temp.Path)?.Pid);
        Assert.Equal(Environment.ProcessId, ImageDirectory.FindHolder(_temp.Path)?.Pid);
    }
}
