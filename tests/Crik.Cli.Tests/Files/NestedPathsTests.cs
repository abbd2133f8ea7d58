using System.Text;
using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class NestedPathsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private string Data => _temp.In("data");

    private string Archive => _temp.In("archive");

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("data", "data/sub")]
    [InlineData("data/sub", "data")]
    [InlineData("data", "data/sub/deep", "data/sub", "data/sub/deep/file", "data/")]
    public void Files_below_two_paths_are_saved_once_and_put_back(params string[] paths)
    {
        Fill();
        string[] roots = [.. paths.Select(path => $"{_temp.Path}/{path}")];

        FileArchiveSummary summary = FileArchive.Capture(roots, [$"{Data}/sub/deep/file"], [$"{Data}/sub"], Archive, CancellationToken.None);
        string[] saved = [.. IndexReader.Read(Archive).Select(entry => Encoding.UTF8.GetString(entry.Path))];
        Directory.Delete(Data, recursive: true);
        FileArchive.Restore(Archive, new ArchiveRoots(roots, []), CancellationToken.None);

        Assert.Empty(summary.Notes);
        Assert.Equal([Data, $"{Data}/a", $"{Data}/sub", $"{Data}/sub/deep", $"{Data}/sub/deep/file", $"{Data}/z"], saved.Order(StringComparer.Ordinal));
        Assert.Equal("contents", File.ReadAllText(_temp.In("data", "sub", "deep", "file")));
        Assert.Equal(new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc), Directory.GetLastWriteTimeUtc(_temp.In("data", "sub")));
    }

    [Fact]
    public void A_path_inside_another_is_followed_when_it_is_a_link()
    {
        Fill();
        Directory.CreateDirectory(_temp.In("elsewhere"));
        File.WriteAllText(_temp.In("elsewhere", "file"), "then");
        File.CreateSymbolicLink(_temp.In("data", "link"), _temp.In("elsewhere"));
        string[] roots = [Data, $"{Data}/link"];
        FileArchive.Capture(roots, [], [], Archive, CancellationToken.None);
        File.WriteAllText(_temp.In("elsewhere", "file"), "now");
        File.Delete(_temp.In("data", "z"));

        FileArchive.Restore(Archive, new ArchiveRoots(roots, []), CancellationToken.None);

        Assert.Equal("then", File.ReadAllText(_temp.In("elsewhere", "file")));
        Assert.Equal(_temp.In("elsewhere"), new FileInfo(_temp.In("data", "link")).LinkTarget);
        Assert.Equal("last", File.ReadAllText(_temp.In("data", "z")));
    }

    [Fact]
    public void A_path_that_leads_through_a_link_of_another_one_is_refused_before_it_is_saved()
    {
        Fill();
        Directory.CreateDirectory(_temp.In("elsewhere", "inner"));
        File.CreateSymbolicLink(_temp.In("data", "link"), _temp.In("elsewhere"));

        FileArchiveException refused = Assert.Throws<FileArchiveException>(
            () => FileArchive.Capture([Data, $"{Data}/link/inner"], [], [], Archive, CancellationToken.None));

        Assert.Contains($"{Data}/link/inner, which leads through the link {Data}/link ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/link")]
    [InlineData("data/link/inner")]
    public void A_link_of_the_archive_does_not_lead_a_configured_path_elsewhere(string link)
    {
        string elsewhere = Directory.CreateDirectory(_temp.In("elsewhere")).FullName;
        string[] roots = [Data, $"{Data}/link/inner"];
        Directory.CreateDirectory(Archive);
        File.WriteAllBytes(FileArchive.DataPath(Archive), []);
        using (IndexWriter index = new(Archive))
        {
            index.Write(Entry(FileEntry.Symlink, $"{_temp.Path}/{link}") with { Target = Encoding.UTF8.GetBytes(elsewhere) });
            index.Write(Entry(FileEntry.Directory, $"{Data}/link/inner"));
            index.Write(Entry(FileEntry.Regular, $"{Data}/link/inner/evil"));
            index.Finish(0);
        }

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, new ArchiveRoots(roots, []), CancellationToken.None));

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public void A_hard_link_between_two_paths_stays_a_hard_link()
    {
        Fill();
        Command.Output("ln", $"{Data}/a", $"{Data}/sub/b");
        string[] roots = [Data, $"{Data}/sub"];
        FileArchive.Capture(roots, [], [], Archive, CancellationToken.None);
        Directory.Delete(Data, recursive: true);

        FileArchive.Restore(Archive, new ArchiveRoots(roots, []), CancellationToken.None);

        Assert.Equal(Libc.TryStatus($"{Data}/a", followLinks: false)!.Value.Inode, Libc.TryStatus($"{Data}/sub/b", followLinks: false)!.Value.Inode);
    }

    private static FileEntry Entry(string kind, string path) => new() { Kind = kind, Path = Encoding.UTF8.GetBytes(path) };

    private void Fill()
    {
        Directory.CreateDirectory(_temp.In("data", "sub", "deep"));
        File.WriteAllText(_temp.In("data", "a"), "first");
        File.WriteAllText(_temp.In("data", "sub", "deep", "file"), "contents");
        File.WriteAllText(_temp.In("data", "z"), "last");
        Directory.SetLastWriteTimeUtc(_temp.In("data", "sub"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
    }
}
