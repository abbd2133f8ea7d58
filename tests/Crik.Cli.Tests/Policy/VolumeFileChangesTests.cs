using Crik.Configuration;
using Crik.Files;
using Crik.Policy;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Policy;

public sealed class VolumeFileChangesTests
{
    private const string File = "/data/db";

    public static TheoryData<string, ulong?, (long Size, long ModifiedNs, ulong? Inode)?, string?> Table => new()
    {
        // case, inode at the checkpoint, the file now, what is told. The file had 100 bytes, and was last written to at 5000.
        { "the same", 7ul, (100, 5000, 7ul), null },
        { "another size", 7ul, (101, 6000, 7ul), "has another size" },
        { "another size at the same time", 7ul, (99, 5000, 7ul), "has another size" },
        { "written to", 7ul, (100, 5001, 7ul), "was written to" },
        { "an older time", 7ul, (100, 4999, 7ul), "was written to" },
        { "replaced by a copy", 7ul, (100, 5000, 8ul), "was replaced by another file" },
        { "replaced by another file", 7ul, (101, 6000, 8ul), "was replaced by another file" },
        { "missing", 7ul, null, null },
        { "the same, with an inode that was not known", null, (100, 5000, 8ul), null },
        { "the same, with an inode that is not known now", 7ul, (100, 5000, null), null },
        { "another size, with an inode that was not known", null, (101, 5000, 8ul), "has another size" },
        { "written to, with an inode that was not known", null, (100, 6000, 8ul), "was written to" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_file_that_changed_since_the_checkpoint_is_reported(string what, ulong? inode, (long Size, long ModifiedNs, ulong? Inode)? now, string? told)
    {
        string[] changes = [.. VolumeFileChanges.Of(
            With(new WrittenFile(File, new FileStamp(100, 5000, inode))), _ => now is { } file ? new FileStamp(file.Size, file.ModifiedNs, file.Inode) : null)];

        string[] expected = told is null ? [] : [$"{File}, which the program had open for writing at the checkpoint, {told} since"];
        Assert.True(expected.SequenceEqual(changes), $"{what}: {string.Join("; ", changes)}");
    }

    [Fact]
    public void Each_file_is_compared_with_its_own_state_at_the_checkpoint()
    {
        Dictionary<string, FileStamp?> now = new() { ["/data/a"] = new FileStamp(1, 1, 1), ["/data/b"] = new FileStamp(2, 9, 2), ["/data/c"] = null };
        CheckpointManifest manifest = With(
            new WrittenFile("/data/a", new FileStamp(1, 1, 1)), new WrittenFile("/data/b", new FileStamp(2, 2, 2)), new WrittenFile("/data/c", new FileStamp(3, 3, 3)));

        Assert.StartsWith("/data/b, ", VolumeFileChanges.Of(manifest, path => now[path]).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_an_earlier_crik_without_the_list_has_no_changes() => Assert.Empty(VolumeFileChanges.Of(With(), _ => new FileStamp(1, 1, 1)));

    [Theory]
    [InlineData("Warn", 0, "a", "the program writes once more to /a what it wrote since")]
    [InlineData("Warn", 0, "ab", "the program writes once more to /a, /b what it wrote since")]
    [InlineData("Warn", 1, "abc", "criu refuses to restore if the size of /a changed since")] // the graver news alone
    [InlineData("Warn", 5, "abcde", "criu refuses to restore if the size of /a, /b, /c or 2 more changed since")]
    [InlineData("StartFresh", 1, "a", "the next start begins afresh if /a changed since (whenVolumeFilesChanged)")]
    [InlineData("Fail", 0, "ab", "the next start ends with an error if /a, /b changed since (whenVolumeFilesChanged)")]
    [InlineData("Warn", 0, "", null)]
    public void What_a_crash_does_not_bring_back_depends_on_how_the_files_are_open(string when, int read, string names, string? told)
    {
        WrittenFile[] files = [.. names.Select((name, i) => new WrittenFile($"/{name}", default) { IsRead = i < read })];

        Assert.Equal(told, VolumeFileChanges.AfterCrash(files, new CrikOptions().Start, Enum.Parse<WhenVolumeFilesChanged>(when)));
    }

    [Theory]
    [InlineData(RestoreMode.Once, false)]
    [InlineData(RestoreMode.Always, true)]
    public void Where_a_crash_means_a_fresh_start_there_is_nothing_to_tell(object mode, bool isTold)
    {
        StartPolicy start = new CrikOptions { WhenCrashed = WhenCrashed.StartFresh, RestoreMode = (RestoreMode)mode }.Start;

        Assert.Equal(isTold, VolumeFileChanges.AfterCrash([new WrittenFile("/a", default)], start, WhenVolumeFilesChanged.Warn) is not null);
    }

    private static CheckpointManifest With(params WrittenFile[] files) => CheckpointFixture.Manifest(1, "app", []) with { WrittenFiles = files };
}
