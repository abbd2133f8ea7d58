using Crik.Criu;
using Crik.Linux;

namespace Crik.Tests.Criu;

public sealed class InotifyWatchesTests
{
    [Fact]
    public void An_inotify_watch_is_read_from_fdinfo()
    {
        InotifyWatches.WatchLine? watch = InotifyWatches.WatchLine.Parse(
            "inotify wd:2 ino:7e9e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:9e7e0000640d1b6d");

        Assert.Equal(new InotifyWatches.WatchLine(2, 0x7e9e, 0x800013, 0xfce), watch);
        Assert.Null(InotifyWatches.WatchLine.Parse("pos:\t0"));
    }

    [Fact]
    public void The_name_of_a_watched_file_is_found_below_a_hint()
    {
        using TempDirectory temp = new();
        string file = temp.Write("watched", "");

        Assert.Equal(file, FindNames(file, temp.Path, Deadline.Never).Single().Value);
    }

    [Fact]
    public void The_search_for_names_looks_at_nothing_once_its_deadline_has_passed()
    {
        using TempDirectory temp = new();
        string file = temp.Write("watched", "");

        Assert.Empty(FindNames(file, file, new Deadline(0)));
    }

    private static Dictionary<(ulong Device, ulong Inode), string> FindNames(string wanted, string hint, Deadline atMost)
    {
        FileStatus status = Libc.TryStatus(wanted, followLinks: false)!.Value;
        return InotifyWatches.FindNames([(status.Device.InKernel, status.Inode)], [], [hint], [], atMost);
    }
}
