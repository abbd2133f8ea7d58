using Crik.Checkpoints;
using Crik.Commands;
using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

public sealed class InitTests
{
    [Fact]
    public void Every_exit_code_and_signal_keeps_its_number()
    {
        for (int code = 0; code < 256; code++)
        {
            Assert.Equal(code, ExitStatus.FromWaitStatus(code << 8).ToExitCode());
        }

        for (int signal = 1; signal < 65; signal++)
        {
            Assert.Equal(128 + signal, ExitStatus.FromWaitStatus(signal).ToExitCode());
            Assert.Equal(128 + signal, ExitStatus.FromWaitStatus(signal | 0x80).ToExitCode()); // with a core
        }
    }

    [Theory]
    [InlineData(5, new[] { 301, 302 }, 5)]
    [InlineData(290, new[] { 301, 302 }, 302)]
    [InlineData(301, new[] { 301, 302 }, 302)]
    [InlineData(305, new[] { 301, 302 }, 305)]
    [InlineData(290, new[] { 301, 330, 370, 500 }, 370)]
    [InlineData(290, new int[0], 290)]
    public void Criu_gets_numbers_that_the_tree_does_not_need(int last, int[] needed, int room) => Assert.Equal(room, PidSpace.FindRoom(last, needed));

    [Theory]
    [InlineData(30, 0, null, 22.5)]
    [InlineData(2, 0, null, 1.5)]
    [InlineData(300, 0, null, 290)]
    [InlineData(32, 2, null, 22.5)]
    [InlineData(300, 1, 120.0, 110)]
    [InlineData(30, 0, 120.0, 22.5)]
    [InlineData(30, 0, -5.0, 0.75)]
    [InlineData(30, 40, null, 0.75)]
    public void The_program_keeps_a_share_of_the_time_that_is_left(double grace, double gone, double? untilNodeGoes, double checkpoint) =>
        Assert.Equal(TimeSpan.FromSeconds(checkpoint), GracePlan.From(
            TimeSpan.FromSeconds(grace), TimeSpan.FromSeconds(gone), untilNodeGoes is { } left ? TimeSpan.FromSeconds(left) : null).ForCheckpoint);

    [Fact]
    public void A_watch_is_read_as_the_kernel_shows_it()
    {
        InotifyWatches.WatchLine? watch = InotifyWatches.WatchLine.Parse(
            "inotify wd:2 ino:7e9e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:9e7e0000640d1b6d");

        Assert.Equal(new InotifyWatches.WatchLine(2, 0x7e9e, 0x800013, 0xfce), watch);
        Assert.Null(InotifyWatches.WatchLine.Parse("pos:\t0"));
    }

    [Fact]
    public void A_mount_point_with_a_space_is_read()
    {
        Mount? mount = Mount.Parse(@"36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue");

        Assert.Equal(("/mnt1", "/mnt 2", "ext3"), (mount?.Root, mount?.MountPoint, mount?.Type));
    }
}
