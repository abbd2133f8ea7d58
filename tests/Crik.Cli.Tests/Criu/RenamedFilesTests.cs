using Crik.Criu;
using Crik.Linux;

namespace Crik.Tests.Criu;

public sealed class RenamedFilesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("name")]
    [InlineData("elsewhere/name")]
    public void A_file_whose_first_name_was_removed_has_it_while_criu_looks(string name)
    {
        Directory.CreateDirectory(_temp.In("elsewhere"));
        string path = _temp.Write(name, "semaphore");
        string seen = _temp.In("temporary (deleted)");

        RenamedFiles files = RenamedFiles.Link(With(seen, Identity(path), hasName: true), Deadline.In(TimeSpan.FromSeconds(20)));

        Assert.Equal(new RenamedFile(seen, path), Assert.Single(files.Linked));
        Assert.Equal(Identity(path), Identity(seen));
        files.Unlink();
        Assert.Equal([path], Directory.GetFiles(_temp.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_file_without_any_name_is_left_to_criu()
    {
        string path = _temp.Write("name", "");
        RemovedFile gone = new(Identity(path), HasName: false);
        File.Delete(path);

        RenamedFiles files = RenamedFiles.Link(With(_temp.In("name (deleted)"), gone.Identity, hasName: false), Deadline.In(TimeSpan.FromSeconds(20)));

        Assert.Empty(files.Linked);
        Assert.Empty(Directory.GetFiles(_temp.Path));
    }

    [Fact]
    public void Another_file_under_the_name_is_not_removed()
    {
        string path = _temp.Write("name", "semaphore");
        string other = _temp.Write("temporary (deleted)", "of the user");

        RenamedFiles.Link(With(other, Identity(path), hasName: true), Deadline.In(TimeSpan.FromSeconds(20))).Unlink();

        Assert.Equal("of the user", File.ReadAllText(other));
    }

    private static (ulong, ulong) Identity(string path) =>
        Libc.TryStatus(path, followLinks: false) is { } file ? (file.Device.InKernel, file.Inode) : throw new FileNotFoundException(path);

    private static FrozenTree With(string seen, (ulong, ulong) identity, bool hasName) =>
        new() { Tasks = [], Living = [], Pids = [], Removed = new Dictionary<string, RemovedFile> { [seen] = new(identity, hasName) } };
}
