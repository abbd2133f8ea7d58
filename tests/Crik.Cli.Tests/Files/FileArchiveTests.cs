using System.Diagnostics;
using System.Text;
using Crik.Checkpoints;
using Crik.Files;

namespace Crik.Tests.Files;

public sealed class FileArchiveTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private string Root => _temp.In("state");

    private string Archive => _temp.In("archive");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_was_captured_comes_back_with_mode_times_links_and_holes()
    {
        Directory.CreateDirectory(_temp.In("state", "empty"));
        File.WriteAllText(_temp.In("state", "plain"), "contents");
        File.SetUnixFileMode(_temp.In("state", "plain"), (UnixFileMode)0b111_101_000);
        File.SetLastWriteTimeUtc(_temp.In("state", "plain"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        File.CreateSymbolicLink(_temp.In("state", "link"), "/etc/passwd");
        File.CreateSymbolicLink(_temp.In("state", "dangling"), "nowhere");
        Shell($"ln {Root}/plain {Root}/second; truncate -s 20G {Root}/sparse; printf end >>{Root}/sparse; mkfifo -m 620 {Root}/fifo; chmod 750 {Root}/empty; perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"{Root}/socket\", Listen => 1)'");

        FileArchiveSummary captured = Capture();
        string before = Describe();
        Directory.Delete(Root, recursive: true);
        FileArchiveSummary restored = Restore();

        Assert.Equal(before, Describe());
        Assert.Contains(captured.Notes, note => note.Contains("socket", StringComparison.Ordinal));
        Assert.Empty(restored.Notes);
        Assert.Equal("contents", File.ReadAllText(_temp.In("state", "second")));
    }

    [Fact]
    public void Names_that_are_not_utf8_survive()
    {
        Directory.CreateDirectory(Root);
        Shell($"cd {Root}; printf x >\"$(printf 'b\\377d')\"");

        Capture();
        Shell($"rm -r {Root}");
        Restore();

        Assert.Equal("62 ff 64 0a", Shell($"ls {Root} | od -An -tx1").Trim());
    }

    [Fact]
    public void A_file_that_is_named_itself_is_replaced()
    {
        File.WriteAllText(Root, "then");
        Capture();
        File.WriteAllText(Root, "now, and longer");

        Restore();

        Assert.Equal("then", File.ReadAllText(Root));
    }

    [Fact]
    public void A_place_is_made_when_it_is_missing_and_otherwise_left_alone()
    {
        Directory.CreateDirectory(Root, (UnixFileMode)0b111_000_000);
        File.WriteAllText(_temp.In("state", "file"), "not asked for");
        FileArchive.Capture([], [], [Root], Archive, CancellationToken.None);
        ArchiveRoots allowed = new([], [Root]);

        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_000);
        FileArchive.Restore(Archive, allowed, CancellationToken.None);
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(Root));
        Directory.Delete(Root, recursive: true);
        FileArchive.Restore(Archive, allowed, CancellationToken.None);

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Root));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void Single_files_that_are_links_of_each_other_stay_so()
    {
        File.WriteAllText(Root, "contents");
        Shell($"ln {Root} {Root}-2");
        string[] files = [Root, $"{Root}-2"];
        FileArchive.Capture([], files, [], Archive, CancellationToken.None);
        Shell($"rm {Root} {Root}-2");

        FileArchive.Restore(Archive, new ArchiveRoots([], files), CancellationToken.None);

        Assert.Equal("2", Shell($"stat -c %h {Root}").Trim());
        Assert.Equal("contents", File.ReadAllText($"{Root}-2"));
    }

    [Fact]
    public void A_single_path_that_is_a_link_is_put_back_as_one_and_not_followed()
    {
        File.CreateSymbolicLink(Root, "nowhere");
        FileArchive.Capture([], [Root], [], Archive, CancellationToken.None);
        File.Delete(Root);
        File.WriteAllText(_temp.In("elsewhere"), "untouched");
        File.CreateSymbolicLink(Root, _temp.In("elsewhere"));

        FileArchive.Restore(Archive, new ArchiveRoots([], [Root]), CancellationToken.None);

        Assert.Equal("nowhere", new FileInfo(Root).LinkTarget);
        Assert.Equal("untouched", File.ReadAllText(_temp.In("elsewhere")));
    }

    [Fact]
    public void A_single_path_that_cannot_be_written_stops_nothing()
    {
        string[] files = [_temp.In("a"), _temp.In("b"), _temp.In("c")];
        foreach (string file in files)
        {
            File.WriteAllText(file, Path.GetFileName(file));
        }

        FileArchive.Capture([], files, [], Archive, CancellationToken.None);
        File.Delete(files[1]);
        Directory.CreateDirectory(Path.Combine(files[1], "in the way"));
        File.Delete(files[2]);

        FileArchiveSummary summary = FileArchive.Restore(Archive, new ArchiveRoots([], files), CancellationToken.None);

        Assert.Contains(files[1], Assert.Single(summary.Notes), StringComparison.Ordinal);
        Assert.Equal("c", File.ReadAllText(files[2]));
    }

    [Fact]
    public void What_may_be_written_is_the_path_and_not_what_is_below_it()
    {
        Directory.CreateDirectory(_temp.In("state", "inner"));
        Capture();

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, new ArchiveRoots([], [Root]), CancellationToken.None));
    }

    [Fact]
    public void A_link_in_the_place_of_a_directory_is_not_followed()
    {
        Directory.CreateDirectory(_temp.In("state", "inner"));
        File.WriteAllText(_temp.In("state", "inner", "file"), "mine");
        Capture();
        Directory.Delete(Root, recursive: true);
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(_temp.In("elsewhere"));
        File.CreateSymbolicLink(_temp.In("state", "inner"), _temp.In("elsewhere"));

        Restore();

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.In("elsewhere")));
        Assert.Equal("mine", File.ReadAllText(_temp.In("state", "inner", "file")));
    }

    [Fact]
    public void Files_that_are_not_in_the_archive_stay()
    {
        Directory.CreateDirectory(Root);
        Capture();
        File.WriteAllText(_temp.In("state", "later"), "kept");

        Restore();

        Assert.Equal("kept", File.ReadAllText(_temp.In("state", "later")));
    }

    [Fact]
    public void A_path_that_is_not_there_is_said()
    {
        FileArchiveSummary summary = Capture();

        Assert.Contains(summary.Notes, note => note.Contains(Root, StringComparison.Ordinal));
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
    public void A_link_in_the_archive_is_no_way_out()
    {
        Directory.CreateDirectory(_temp.In("elsewhere"));
        byte[] link = Encoding.UTF8.GetBytes($"{Root}/link");
        string target = Convert.ToBase64String(Encoding.UTF8.GetBytes(_temp.In("elsewhere")));
        WriteIndex(
            Entry("directory", Encoding.UTF8.GetBytes(Root)),
            $"{{\"kind\":\"symlink\",\"path\":\"{Convert.ToBase64String(link)}\",\"target\":\"{target}\"}}",
            Entry("file", [.. link, .. "/evil"u8]));

        Assert.Throws<FileArchiveException>(Restore);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.In("elsewhere")));
    }

    [Fact]
    public void A_single_link_in_the_archive_is_no_way_out()
    {
        string elsewhere = Directory.CreateDirectory(_temp.In("elsewhere")).FullName;
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
        string elsewhere = Directory.CreateDirectory(_temp.In("elsewhere")).FullName;
        WriteIndex(Symlink(Root, elsewhere), Entry(kind, Bytes($"{Root}/made")));
        ArchiveRoots roots = kind == "place" ? new([], [Root, $"{Root}/made"]) : new([$"{Root}/made"], [Root]);

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, roots, CancellationToken.None));

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public void Directories_above_a_single_file_are_made_where_they_are_missing()
    {
        string file = _temp.In("state", "a", "b", "file");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "contents");
        FileArchive.Capture([], [file], [], Archive, CancellationToken.None);
        Directory.Delete(Root, recursive: true);

        Assert.Empty(FileArchive.Restore(Archive, new ArchiveRoots([], [file]), CancellationToken.None).Notes);

        Assert.Equal("contents", File.ReadAllText(file));
    }

    /// <summary>A disk that is full, in the file's place: what comes after is not restored without it.</summary>
    [MountFact]
    public void A_single_file_that_finds_no_room_stops_the_restore_and_leaves_nothing_half_done()
    {
        string small = Directory.CreateDirectory(_temp.In("small")).FullName;
        string file = Path.Combine(small, "file");
        Shell($"mount -t tmpfs -o size=64k tmpfs {small}");
        try
        {
            Shell($"printf x >{file}");
            FileArchive.Capture([], [file], [], Archive, CancellationToken.None);
            Shell($"rm {file}; dd if=/dev/zero of={small}/full bs=64k count=2 2>/dev/null || :");

            Exception exception = Assert.ThrowsAny<IOException>(() => FileArchive.Restore(Archive, new ArchiveRoots([], [file]), CancellationToken.None));

            Assert.True(VolumeTrouble.Caused(exception), exception.ToString());
            Assert.Equal(["full"], Directory.EnumerateFileSystemEntries(small).Select(Path.GetFileName));
        }
        finally
        {
            Shell($"umount {small}");
        }
    }

    [MountFact]
    public void A_single_file_on_a_file_system_that_is_read_only_here_stops_nothing()
    {
        string[] files = [_temp.In("root", "file"), _temp.In("root", "new", "file"), _temp.In("other")];
        Directory.CreateDirectory(_temp.In("root", "new"));
        Array.ForEach(files, file => File.WriteAllText(file, "then"));
        FileArchive.Capture([], files, [], Archive, CancellationToken.None);
        Directory.Delete(_temp.In("root", "new"), recursive: true);
        File.Delete(files[2]);
        Shell($"mount --bind {_temp.In("root")} {_temp.In("root")} && mount -o remount,bind,ro {_temp.In("root")}");
        try
        {
            FileArchiveSummary summary = FileArchive.Restore(Archive, new ArchiveRoots([], files), CancellationToken.None);

            Assert.All(summary.Notes, note => Assert.Contains("Read-only file system", note, StringComparison.Ordinal));
            Assert.Equal(2, summary.Notes.Count);
            Assert.Equal("then", File.ReadAllText(files[2]));
        }
        finally
        {
            Shell($"umount {_temp.In("root")}");
        }
    }

    [Fact]
    public void What_is_left_out_is_not_written_and_said_once()
    {
        string[] files = [_temp.In("a"), _temp.In("link"), _temp.In("m"), _temp.In("n", "file"), _temp.In("z")];
        Directory.CreateDirectory(_temp.In("n"));
        Array.ForEach(files, file => File.WriteAllText(file, Path.GetFileName(file)));
        File.Delete(files[1]);
        File.CreateSymbolicLink(files[1], "nowhere");
        FileArchive.Capture([], files, [_temp.In("n")], Archive, CancellationToken.None);
        Array.ForEach(files, File.Delete);
        Directory.Delete(_temp.In("n"));

        FileArchiveSummary summary = FileArchive.Restore(
            Archive, new ArchiveRoots([], [files[0], files[1], files[4]], leftOut: [files[2], files[3], _temp.In("n")]), CancellationToken.None);

        Assert.Contains($"2 files of the container are not put back, {files[2]} for one", Assert.Single(summary.Notes), StringComparison.Ordinal);
        Assert.Equal(["a", "archive", "link", "z"], Directory.EnumerateFileSystemEntries(_temp.Path).Select(Path.GetFileName).Order());
        Assert.Equal("z", File.ReadAllText(files[4]));
    }

    [Fact]
    public void Damage_that_shows_when_a_single_file_is_written_leaves_nothing_half_done()
    {
        File.WriteAllText(Root, "contents");
        FileArchive.Capture([], [Root], [], Archive, CancellationToken.None);
        File.Delete(Root);
        ArchiveRoots roots = new([], [Root]);
        using ArchiveReader reader = new(Archive, roots, CancellationToken.None);
        File.WriteAllText(FileArchive.DataPath(Archive), "cont");

        Assert.Throws<FileArchiveException>(reader.Restore);

        Assert.Equal(["archive"], Directory.EnumerateFileSystemEntries(_temp.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Damage_anywhere_is_found_or_harmless()
    {
        Directory.CreateDirectory(_temp.In("state", "a"));
        File.WriteAllText(_temp.In("state", "a", "file"), new string('x', 1000));
        File.CreateSymbolicLink(_temp.In("state", "link"), "a/file");
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

            Assert.Equal(["archive", "state"], Directory.EnumerateFileSystemEntries(_temp.Path).Select(Path.GetFileName).Order());
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

    private FileArchiveSummary Capture() => FileArchive.Capture([Root], [], [], Archive, CancellationToken.None);

    private FileArchiveSummary Restore() => FileArchive.Restore(Archive, new ArchiveRoots([Root], []), CancellationToken.None);

    /// <summary>Type, mode, owner, size, blocks in use, times and target of everything.</summary>
    private string Describe() =>
        Shell($"cd {Root} && find . -not -name socket -not -name . -printf '%p %y %m %u %g %s %n %T@ %l\\n' | sort; du -s --apparent-size {Root}/sparse; [ $(du -s {Root}/sparse | cut -f1) -lt 100 ] && echo sparse");

    private static string Shell(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
