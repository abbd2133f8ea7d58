using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class MemoryDirectoryTests : IDisposable
{
    /// <summary>A place of its own, so that a sweep does not meet the directories of other tests.</summary>
    private readonly TempDirectory _place = TempDirectory.Below("/dev/shm");

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_directory_that_nobody_holds_is_swept_with_all_that_is_in_it()
    {
        string left = Directory.CreateDirectory(_place.In($"crik-{Guid.NewGuid():n}")).FullName;
        File.WriteAllText(Path.Combine(left, "pages-1.img"), "pages");

        MemoryDirectory.Sweep(_place.Path);

        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void A_directory_whose_maker_lives_stays()
    {
        using MemoryDirectory held = MemoryDirectory.TryMake(bytes: 0, _place.Path)!;

        MemoryDirectory.Sweep(_place.Path);

        Assert.True(Directory.Exists(held.Path));
    }

    [Fact]
    public void A_directory_of_somebody_else_stays()
    {
        string other = Directory.CreateDirectory(_place.In("crik-of-the-program")).FullName;

        MemoryDirectory.Sweep(_place.Path);

        Assert.True(Directory.Exists(other));
    }
}
