using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class FileStampTests : IDisposable
{
    private static readonly FileStamp s_then = new(4096, 1_000_000_001, 7);

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void An_untouched_file_has_not_changed() => Assert.Equal(FileChange.None, s_then.ChangeTo(s_then));

    [Fact]
    public void A_file_of_equal_size_that_was_written_to_is_modified() =>
        Assert.Equal(FileChange.Modified, s_then.ChangeTo(s_then with { ModifiedNs = 1_000_000_002 }));

    [Fact]
    public void A_file_of_another_size_is_resized_whatever_its_time() => Assert.Equal(FileChange.Resized, s_then.ChangeTo(s_then with { Size = 4095 }));

    [Fact]
    public void Another_file_under_the_same_name_counts_as_replaced() => Assert.Equal(FileChange.Replaced, s_then.ChangeTo(new FileStamp(4096, 1_000_000_001, 8)));

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void An_inode_number_that_is_not_kept_does_not_count(bool then, bool now) => Assert.Equal(
        FileChange.None, (s_then with { Inode = then ? 7u : null }).ChangeTo(s_then with { Inode = now ? 8u : null }));

    [Fact]
    public void A_file_that_is_open_for_writing_has_a_stamp_that_a_write_changes()
    {
        string path = _temp.In("file");
        using FileDescriptor file = Libc.Create(path, FileModes.OwnFile);
        FileStamp then = FileStamp.Of(ProcFs.StatusOf(Environment.ProcessId, file.Number)!.Value);
        Assert.Equal(FileChange.None, then.ChangeTo(FileStamp.Of(Libc.TryStatus(path, followLinks: true)!.Value)));

        Libc.Write(file, "x"u8, path);

        Assert.Equal(FileChange.Resized, then.ChangeTo(FileStamp.Of(Libc.TryStatus(path, followLinks: true)!.Value)));
    }
}
