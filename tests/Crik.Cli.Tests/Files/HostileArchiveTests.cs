using System.Diagnostics;
using System.Text;
using Crik.Files;

namespace Crik.Tests.Files;

public sealed class HostileArchiveTests : ArchiveTest
{
    [Fact]
    public void A_single_path_allows_nothing_below_it()
    {
        Directory.CreateDirectory(In("state", "inner"));
        Capture();

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, new ArchiveRoots([], [Root]), CancellationToken.None));
    }

    [Theory]
    [InlineData("{0}/../evil")]
    [InlineData("{0}//evil")]
    [InlineData("{0}/./evil")]
    [InlineData("/etc/evil")]
    [InlineData("{0}evil")]
    [InlineData("relative")]
    [InlineData("/")]
    public void A_path_outside_is_refused_before_anything_is_written(string path)
    {
        byte[] hostile = Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Root));
        WriteIndex(Entry("directory", Encoding.UTF8.GetBytes(Root)), Entry("file", hostile));

        Assert.Throws<FileArchiveException>(Restore);

        Assert.False(Directory.Exists(Root));
    }

    [Theory]
    [InlineData("\"kind\":\"device\"")]
    [InlineData("\"kind\":\"symlink\"")]
    [InlineData("\"kind\":\"file\",\"size\":-1")]
    [InlineData("\"kind\":\"file\",\"size\":10,\"extents\":[0,20]")]
    [InlineData("\"kind\":\"file\",\"size\":10,\"extents\":[5,5,0,5]")]
    [InlineData("\"kind\":\"file\",\"size\":10,\"extents\":[0]")]
    [InlineData("\"kind\":\"file\",\"size\":9223372036854775807,\"extents\":[9223372036854775806,2]")]
    [InlineData("\"kind\":\"link\",\"target\":\"L2V0Yy9wYXNzd2Q=\"")]
    [InlineData("\"kind\":\"file\",\"mode\":65535")]
    [InlineData("\"kind\":\"file\",\"mode\":\"x\"")]
    [InlineData("\"kind\":null")]
    public void An_entry_that_makes_no_sense_is_refused(string fields)
    {
        string path = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Root}/file"));
        WriteIndex(Entry("directory", Encoding.UTF8.GetBytes(Root)), $"{{{fields},\"path\":\"{path}\"}}");

        Assert.Throws<FileArchiveException>(Restore);
    }

    [Fact]
    public void A_link_in_the_archive_leads_no_file_elsewhere()
    {
        Directory.CreateDirectory(In("elsewhere"));
        byte[] link = Encoding.UTF8.GetBytes($"{Root}/link");
        string target = Convert.ToBase64String(Encoding.UTF8.GetBytes(In("elsewhere")));
        WriteIndex(
            Entry("directory", Encoding.UTF8.GetBytes(Root)),
            $"{{\"kind\":\"symlink\",\"path\":\"{Convert.ToBase64String(link)}\",\"target\":\"{target}\"}}",
            Entry("file", [.. link, .. "/evil"u8]));

        Assert.Throws<FileArchiveException>(Restore);

        Assert.Empty(Directory.EnumerateFileSystemEntries(In("elsewhere")));
    }

    [Fact]
    public void A_single_link_in_the_archive_leads_no_file_elsewhere()
    {
        string elsewhere = Directory.CreateDirectory(In("elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "file"), "untouched");
        string link = Symlink(Root, elsewhere);
        WriteIndex(link, Entry("file", Bytes($"{Root}/file")), Entry("file", Bytes($"{Root}/new/file")), Entry("fifo", Bytes($"{Root}/fifo")));

        FileArchiveSummary summary = FileArchive.Restore(
            Archive, new ArchiveRoots([], [Root, $"{Root}/file", $"{Root}/new/file", $"{Root}/fifo"]), CancellationToken.None);

        Assert.Equal(3, summary.Notes.Count);
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(elsewhere).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(elsewhere, "file")));
    }

    [Theory]
    [InlineData("place")]
    [InlineData("directory")]
    public void A_configured_path_or_a_place_behind_a_single_link_of_the_archive_is_refused(string kind)
    {
        string elsewhere = Directory.CreateDirectory(In("elsewhere")).FullName;
        WriteIndex(Symlink(Root, elsewhere), Entry(kind, Bytes($"{Root}/made")));
        ArchiveRoots roots = kind == "place" ? new([], [Root, $"{Root}/made"]) : new([$"{Root}/made"], [Root]);

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, roots, CancellationToken.None));

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public void Damage_anywhere_is_found_or_harmless()
    {
        Directory.CreateDirectory(In("state", "a"));
        File.WriteAllText(In("state", "a", "file"), new string('x', 1000));
        File.CreateSymbolicLink(In("state", "link"), "a/file");
        Capture();
        byte[] good = File.ReadAllBytes(FileArchive.IndexPath(Archive));
        Random random = new(20261121);
        Stopwatch clock = Stopwatch.StartNew();
        for (int round = 0; round < 2000 && clock.Elapsed < TimeSpan.FromSeconds(2); round++)
        {
            byte[] bad = [.. good];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(FileArchive.IndexPath(Archive), random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad);
            try
            {
                Restore();
            }
            catch (FileArchiveException)
            {
                // found
            }

            Assert.Equal(["archive", "state"], Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName).Order());
        }
    }

    private static string Entry(string kind, byte[] path) => $"{{\"kind\":\"{kind}\",\"path\":\"{Convert.ToBase64String(path)}\"}}";

    private static string Symlink(string path, string target) =>
        $"{{\"kind\":\"symlink\",\"path\":\"{Convert.ToBase64String(Bytes(path))}\",\"target\":\"{Convert.ToBase64String(Bytes(target))}\"}}";

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);

    private void WriteIndex(params string[] entries)
    {
        Directory.CreateDirectory(Archive);
        File.WriteAllBytes(FileArchive.DataPath(Archive), []);
        File.WriteAllLines(
            FileArchive.IndexPath(Archive),
            ["{\"format\":1}", .. entries, $"{{\"format\":1,\"entries\":{entries.Length},\"isEnd\":true}}"]);
    }
}
