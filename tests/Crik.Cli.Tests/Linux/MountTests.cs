using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class MountTests
{
    [Fact]
    public void The_kernels_escapes_are_decoded_once()
    {
        Mount mount = Mount.Parse(@"36 35 98:0 /a\040b /c\011d\012e\134040 rw,noatime shared:1 - ext4 /dev/x\043y rw")!;

        Assert.Equal("/a b", mount.Root);
        Assert.Equal("/c\td\ne\\040", mount.MountPoint);
        Assert.Equal("/dev/x#y", mount.Source);
        Assert.Equal(new DeviceNumber(98, 0), mount.Device);
    }

    [Theory]
    [InlineData(@"a\9b")]
    [InlineData(@"a\04")]
    [InlineData(@"a\777")]
    [InlineData(@"a\")]
    public void A_backslash_that_begins_no_escape_is_part_of_the_name(string text) => Assert.Equal(text, OctalEscapes.Decode(text));

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3:4 / / rw")]
    [InlineData("1 2 3:4 / / rw -")]
    [InlineData("1 2 3:4 / / rw - ext4 /dev/sda")]
    [InlineData("1 2 34 / / rw - ext4 /dev/sda rw")]
    [InlineData("x 2 3:4 / / rw - ext4 /dev/sda rw")]
    [InlineData("1 2 3:99999999999 / / rw - ext4 /dev/sda rw")]
    public void A_malformed_line_is_no_mount(string line) => Assert.Null(Mount.Parse(line));

    [Fact]
    public void A_mount_point_with_a_space_is_decoded()
    {
        Mount? mount = Mount.Parse(@"36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue");

        Assert.Equal(("/mnt1", "/mnt 2", "ext3"), (mount?.Root, mount?.MountPoint, mount?.Type));
    }
}
