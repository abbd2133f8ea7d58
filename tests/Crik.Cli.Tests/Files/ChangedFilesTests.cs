using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class ChangedFilesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Only_newer_files_are_found_and_other_mounts_are_not_searched()
    {
        Directory.CreateDirectory(_temp.In("old", "inner"));
        Directory.CreateDirectory(_temp.In("mounted"));
        File.WriteAllText(_temp.In("old", "file"), "");
        long since = Changed("old") > Changed("old", "file") ? Changed("old") : Changed("old", "file");
        while (Changed("old", "inner") <= since)
        {
            File.WriteAllText(_temp.In("old", "inner", "new"), "");
            File.Delete(_temp.In("old", "inner", "new"));
        }

        File.WriteAllText(_temp.In("old", "inner", "new"), "");
        File.WriteAllText(_temp.In("mounted", "new"), "");

        Assert.Equal(["/top/old/inner", "/top/old/inner/new"], Find(since + 1, "/top/mounted"));
        Assert.Empty(Find(long.MaxValue, "/top/mounted"));
    }

    [Fact]
    public void Links_are_not_followed_and_names_that_are_not_UTF8_are_found()
    {
        File.CreateSymbolicLink(_temp.In("self"), ".");
        using FileDescriptor directory = Libc.Open(_temp.Path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        Assert.Equal(0, Libc.MakeDirectoryAt(directory, [0x62, 0xFF], FileModes.OwnDirectory));

        Assert.Equal([ByteStrings.Decode([.. "/top/b"u8, 0xFF]), "/top/self"], Find(0));
    }

    [Fact]
    public void A_root_that_is_no_overlay_has_no_layer_of_its_own()
    {
        Assert.Empty(ChangedFiles.Find([Mount.Parse("1 0 8:1 / / rw - ext4 /dev/sda rw")!], default, CancellationToken.None));
    }

    private long Changed(params string[] path) => Libc.TryStatus(_temp.In(path), followLinks: false)!.Value.ChangedAt;

    private string[] Find(long since, params string[] leaveOut)
    {
        using FileDescriptor directory = Libc.Open(_temp.Path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        return [.. ChangedFiles.Find(directory, "/top", [.. leaveOut], new Lifetime(since, since, since), CancellationToken.None).Select(item => item.Path).Order(StringComparer.Ordinal)];
    }
}
