using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class DescriptorInfoTests
{
    [Theory]
    [InlineData("pos:\t4096", "pos=4096")]
    [InlineData("flags:\t0104002", "flags=4002")]
    [InlineData("flags:\t022700002", "flags=2000002")]
    [InlineData("eventfd-count:                7", "eventfd-count=7")]
    [InlineData("it_interval: (1, 5)", "it_interval=(1, 5)")]
    [InlineData("tfd:        5 events:       19 data:                5  pos:0 ino:2c sdev:d", "tfd 5=events: 19 data: 5 pos:0")]
    [InlineData("inotify wd:1 ino:2c sdev:d mask:2 ignored_mask:0 fhandle-bytes:c fhandle-type:1 f_handle:a3", "inotify wd 1=mask:2 ignored_mask:0")]
    [InlineData("mnt_id:\t15", null)]
    [InlineData("it_value: (0, 9)", null)]
    [InlineData("flags:\t02", "flags=2")]
    [InlineData("", null)]
    public void Only_what_has_to_be_the_same_in_the_next_pod_is_kept(string line, string? kept) => Assert.Equal(kept, DescriptorInfo.Parse(line));

    [Fact]
    public void At_most_so_many_descriptors_are_read_and_those_without_a_file_first()
    {
        OpenDescriptor[] open = [.. Enumerable.Range(0, DescriptorInfo.Most).Select(_ => new OpenDescriptor(Environment.ProcessId, 0, "/a")), new(7, 8, "anon_inode:[eventfd]"), new(7, 9, "/b")];

        IReadOnlyList<DescriptorTraits> read = DescriptorInfo.Read(open, replaced: [new(7, 9)]);

        Assert.Equal(DescriptorInfo.Most, read.Count);
        Assert.Equal(8, read[0].Descriptor);
        Assert.Contains(read[1].Traits, trait => trait.StartsWith("flags=", StringComparison.Ordinal));
    }
}
