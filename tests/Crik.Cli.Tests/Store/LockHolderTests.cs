using Crik.Linux;
using Crik.Store;

namespace Crik.Tests.Store;

/// <summary>Finding out who holds an image directory, without disturbing him.</summary>
public sealed class LockHolderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>A file that is open for reading gets an exclusive lock on most file systems, but not on NFSv4.</summary>
    [Fact]
    public void The_look_takes_no_exclusive_lock_so_two_can_look_at_once()
    {
        File.WriteAllText(_temp.In("lock"), "");
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDONLY);
        Assert.True(Libc.TryLockShared(file));

        Assert.Null(ImageDirectory.FindHolder(_temp.Path));
    }

    [Fact]
    public void A_holder_is_found_by_two_that_look()
    {
        using ImageDirectory owner = ImageDirectory.OpenForChange(_temp.Path);

        Assert.Equal(Environment.ProcessId, ImageDirectory.FindHolder(_temp.Path)?.Pid);
        Assert.Equal(Environment.ProcessId, ImageDirectory.FindHolder(_temp.Path)?.Pid);
    }
}
