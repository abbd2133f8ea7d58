using System.Globalization;
using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class StatusTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_status_of_a_file_is_what_stat_prints()
    {
        string path = _temp.In("file");
        File.WriteAllText(path, "twelve bytes");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupWrite | UnixFileMode.SetGroup);

        FileStatus status = Libc.TryStatus(path, followLinks: false)!.Value;

        string[] expected = Stat("%f %h %u %g %s %i %Hd %Ld", path);
        Assert.Equal(expected, string.Create(
            CultureInfo.InvariantCulture,
            $"{(uint)status.Type | (uint)status.Permissions:x} {status.Links} {status.UserId} {status.GroupId} {status.Size} {status.Inode} {status.Device.Major} {status.Device.Minor}").Split(' '));
        Assert.Equal(Stat("%.9X %.9Y %.9Z", path), new[] { status.AccessedAt, status.ModifiedAt, status.ChangedAt }.Select(Seconds));
        using FileDescriptor open = Libc.Open(path, Libc.O_RDONLY);
        Assert.Equal(status, Libc.TryStatus(open.Number));
    }

    [Fact]
    public void A_device_has_a_number_of_its_own()
    {
        FileStatus status = Libc.TryStatus("/dev/null", followLinks: true)!.Value;

        Assert.Equal(FileType.CharacterDevice, status.Type);
        Assert.Equal(new DeviceNumber(1, 3), status.RawDevice);
        Assert.Equal(0x103UL, status.RawDevice.InUserSpace);
        Assert.Equal(0x100003UL, status.RawDevice.InKernel);
    }

    [Fact]
    public void A_link_is_followed_only_when_that_is_asked_for()
    {
        File.CreateSymbolicLink(_temp.In("link"), "nowhere");

        Assert.True(Libc.TryStatus(_temp.In("link"), followLinks: false)!.Value.IsSymlink);
        Assert.Null(Libc.TryStatus(_temp.In("link"), followLinks: true));
    }

    [Fact]
    public void A_path_that_is_not_UTF8_can_be_opened_listed_and_removed()
    {
        string path = ByteStrings.Decode([.. ByteStrings.Encode(_temp.In("a")), 0xFF]);

        Libc.Create(path, FileModes.OwnFile).Dispose();
        Libc.Create(path, FileModes.OwnFile).Dispose(); // removes the first one

        Assert.Equal([path], Libc.TryListPaths(_temp.Path));
        Assert.Equal(FileModes.OwnFile, Libc.TryStatus(path, followLinks: false)!.Value.Permissions);
        Libc.Rename(path, _temp.In("plain"));
        Assert.Equal([_temp.In("plain")], Libc.TryListPaths(_temp.Path));
    }

    [Theory]
    [InlineData(10, 4096, 40960)]
    [InlineData(1L << 51, 4096, long.MaxValue)]
    [InlineData(long.MaxValue, 1 << 20, long.MaxValue)]
    [InlineData((1L << 51) - 1, 4096, ((1L << 51) - 1) * 4096)]
    public void A_file_system_that_claims_more_than_a_number_can_hold_has_the_largest_number_of_free_bytes(long blocks, long size, long bytes) =>
        Assert.Equal(bytes, Libc.BytesIn((ulong)blocks, (ulong)size));

    [Fact]
    public void The_free_bytes_are_those_that_df_prints()
    {
        string[] df = Command.Output("df", "--output=avail", "-B1", "/dev/shm").Split('\n');

        Assert.InRange(Libc.FreeBytes("/dev/shm"), long.Parse(df[1], CultureInfo.InvariantCulture) - (64 << 20), long.Parse(df[1], CultureInfo.InvariantCulture) + (64 << 20));
    }

    private static string Seconds(long nanoseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000_000}.{nanoseconds % 1_000_000_000:D9}");

    private static string[] Stat(string format, string path) => Command.Output("stat", "-c", format, path).Trim().Split(' ');
}
