using Crik.Criu;

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
}
