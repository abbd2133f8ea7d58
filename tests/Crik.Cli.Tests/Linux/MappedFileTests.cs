using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class MappedFileTests
{
    private const string Prefix = "7f0c1a000000-7f0c1a021000 r-xp 00001000 fe:01 1234";

    [Theory]
    [InlineData("/usr/lib/libc.so.6")]
    [InlineData("/with spaces/and (brackets)/file")]
    [InlineData("/tmp/gone (deleted)")]
    [InlineData("/tmp/[heap]")]
    public void The_path_of_a_mapped_file_is_all_that_follows_the_inode(string path)
    {
        MappedFile file = MappedFile.Parse($"{Prefix}                    {path}")!.Value;

        Assert.Equal(new MappedFile(0x7f0c1a000000, 0x7f0c1a021000, new DeviceNumber(0xfe, 1), 1234, path), file);
        Assert.False(file.IsAmbiguous);
        Assert.Equal("7f0c1a000000-7f0c1a021000", file.Range);
    }

    [Theory]
    [InlineData("00400000-00452000 rw-p 00000000 00:00 0 ")]
    [InlineData("00400000-00452000 rw-p 00000000 00:00 0                          [heap]")]
    [InlineData("00400000-00452000 rw-p 00000000 00:00 0                          [anon:a/b]")]
    [InlineData("00400000-00452000 rw-s 00000000 00:01 7                          [anon_shmem:/looks/like/a/path]")]
    [InlineData("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]")]
    [InlineData("00400000-00452000 rw-p 00000000 00:00 0                          anon_inode:/[perf_event]")]
    public void The_name_of_memory_is_no_path(string line) => Assert.Null(MappedFile.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/tmp/file")]
    [InlineData("00400000-00452000 r-xp 00000000 fe:01 1234")]
    [InlineData("00400000 r-xp 00000000 fe:01 1234 /tmp/file")]
    [InlineData("-00452000 r-xp 00000000 fe:01 1234 /tmp/file")]
    [InlineData("00400000-z r-xp 00000000 fe:01 1234 /tmp/file")]
    [InlineData("00400000-11112222333344445 r-xp 00000000 fe:01 1234 /tmp/file")]
    [InlineData("00400000-00452000 r-xp 00000000 fe01 1234 /tmp/file")]
    [InlineData("00400000-00452000 r-xp 00000000 fe:100000000 1234 /tmp/file")]
    [InlineData("00400000-00452000 r-xp 00000000 fe:01 -1 /tmp/file")]
    [InlineData("00400000-00452000 r-xp 00000000 fe:01 one /tmp/file")]
    public void A_malformed_line_is_no_mapping(string line) => Assert.Null(MappedFile.Parse(line));

    [Fact]
    public void A_name_that_may_hold_a_newline_is_ambiguous()
    {
        MappedFile file = MappedFile.Parse($@"{Prefix} /tmp/a\012b")!.Value;

        Assert.Equal("/tmp/a\nb", file.Path);
        Assert.True(file.IsAmbiguous);
    }

    [Fact]
    public void A_name_that_is_not_UTF8_keeps_its_bytes()
    {
        string line = ByteStrings.Decode([.. "00400000-00452000 r--p 00000000 fe:01 1 /tmp/a"u8, 0xFF, .. "b"u8]);

        Assert.Equal([.. "/tmp/a"u8, 0xFF, .. "b"u8], ByteStrings.Encode(MappedFile.Parse(line)!.Value.Path));
    }
}
