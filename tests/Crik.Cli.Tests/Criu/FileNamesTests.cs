using Crik.Criu;
using Crik.Linux;
using Crik.Tests.Linux;

namespace Crik.Tests.Criu;

public sealed class FileNamesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void One_name_of_a_file_is_found_below_a_hint()
    {
        string file = _temp.Write("file", "");
        Assert.Equal(0, Libc.MakeHardLink(file, _temp.In("link")));

        Assert.Equal([file], Find(file, _temp.Path, Deadline.Never));
    }

    [Fact]
    public void All_names_of_a_socket_are_found_and_none_twice()
    {
        using FileDescriptor socket = BoundSocketTests.Listen(_temp.In("socket"));
        Directory.CreateDirectory(_temp.In("below"));
        Assert.Equal(0, Libc.MakeHardLink(_temp.In("socket"), _temp.In("below", "link")));

        Assert.Equal([_temp.In("below", "link"), _temp.In("socket")], Find(_temp.In("socket"), _temp.In("below", "link"), Deadline.Never));
    }

    [Fact]
    public void The_search_looks_at_nothing_once_its_deadline_has_passed()
    {
        string file = _temp.Write("file", "");

        Assert.Empty(Find(file, file, new Deadline(0)));
    }

    [Theory]
    [InlineData("overlay", false, 0)]
    [InlineData("overlay", true, 1)]
    [InlineData("ext4", false, 1)]
    public void The_search_passes_by_directories_of_an_image_that_cannot_have_the_file(string type, bool mayHaveOne, int names)
    {
        Directory.CreateDirectory(_temp.In("below"));
        string file = _temp.Write("below/file", "");
        FileStatus status = Libc.TryStatus(file, followLinks: false)!.Value;
        Mount mount = new((int)status.MountId, new DeviceNumber(7, 8), "/", _temp.Path, "", type, "", "");

        Assert.Equal(names, FileNames.Find(new HashSet<(ulong, ulong)> { (mount.Device.InKernel, status.Inode) }, [], [_temp.Path], [mount], Deadline.Never, _ => mayHaveOne).Count);
    }

    private List<string> Find(string wanted, string hint, Deadline atMost)
    {
        FileStatus status = Libc.TryStatus(wanted, followLinks: false)!.Value;
        HashSet<(ulong, ulong)> files = [(status.Device.InKernel, status.Inode)];
        return FileNames.Find(files, [], [hint, _temp.Path], [], atMost).GetValueOrDefault((status.Device.InKernel, status.Inode)) ?? [];
    }
}
