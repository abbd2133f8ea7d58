using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class MemoryDirectoryTests : IDisposable
{
    /// <summary>A directory of this test alone, so that a sweep does not find the directories of other tests.</summary>
    private readonly TempDirectory _place = TempDirectory.Below("/dev/shm");

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_directory_that_nobody_holds_is_removed_with_its_contents()
    {
        string left = Directory.CreateDirectory(_place.In($"crik-{Guid.NewGuid():n}")).FullName;
        File.WriteAllText(Path.Combine(left, "pages-1.img"), "pages");

        MemoryDirectory.Sweep(_place.Path);

        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void The_directory_of_a_crik_that_runs_stays()
    {
        using MemoryDirectory held = MemoryDirectory.TryMake(bytes: 0, _place.Path)!;

        MemoryDirectory.Sweep(_place.Path);

        Assert.True(Directory.Exists(held.Path));
    }

    [Fact]
    public void A_directory_that_crik_did_not_make_stays()
    {
        string other = Directory.CreateDirectory(_place.In("crik-of-the-program")).FullName;

        MemoryDirectory.Sweep(_place.Path);

        Assert.True(Directory.Exists(other));
    }
}
