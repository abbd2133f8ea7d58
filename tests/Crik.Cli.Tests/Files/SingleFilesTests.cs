using Crik.Files;
using Crik.Store;

namespace Crik.Tests.Files;

public sealed class SingleFilesTests : ArchiveTest
{
    [Fact]
    public void Single_files_that_are_hard_links_of_each_other_stay_so()
    {
        File.WriteAllText(Root, "contents");
        Command.Shell($"ln {Root} {Root}-2");
        string[] files = [Root, $"{Root}-2"];
        FileArchive.Capture([], files, [], Archive, CancellationToken.None);
        Command.Shell($"rm {Root} {Root}-2");

        FileArchive.Restore(Archive, new ArchiveRoots([], files), CancellationToken.None);

        Assert.Equal("2", Command.Shell($"stat -c %h {Root}").Trim());
        Assert.Equal("contents", File.ReadAllText($"{Root}-2"));
    }

    [Fact]
    public void A_single_path_that_is_a_link_is_put_back_as_one_and_not_followed()
    {
        File.CreateSymbolicLink(Root, "nowhere");
        FileArchive.Capture([], [Root], [], Archive, CancellationToken.None);
        File.Delete(Root);
        File.WriteAllText(In("elsewhere"), "untouched");
        File.CreateSymbolicLink(Root, In("elsewhere"));

        FileArchive.Restore(Archive, new ArchiveRoots([], [Root]), CancellationToken.None);

        Assert.Equal("nowhere", new FileInfo(Root).LinkTarget);
        Assert.Equal("untouched", File.ReadAllText(In("elsewhere")));
    }

    [Fact]
    public void A_single_path_that_cannot_be_written_does_not_stop_the_restore()
    {
        string[] files = [In("a"), In("b"), In("c")];
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
    public void Directories_above_a_single_file_are_made_where_they_are_missing()
    {
        string file = In("state", "a", "b", "file");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "contents");
        FileArchive.Capture([], [file], [], Archive, CancellationToken.None);
        Directory.Delete(Root, recursive: true);

        Assert.Empty(FileArchive.Restore(Archive, new ArchiveRoots([], [file]), CancellationToken.None).Notes);

        Assert.Equal("contents", File.ReadAllText(file));
    }

    /// <summary>The disk of the file is full. Then the whole restore stops, because the program may not run without the file.</summary>
    [MountFact]
    public void A_full_disk_stops_the_restore_of_a_single_file_and_leaves_nothing_half_done()
    {
        string small = Directory.CreateDirectory(In("small")).FullName;
        string file = Path.Combine(small, "file");
        Command.Shell($"mount -t tmpfs -o size=64k tmpfs {small}");
        try
        {
            Command.Shell($"printf x >{file}");
            FileArchive.Capture([], [file], [], Archive, CancellationToken.None);
            Command.Shell($"rm {file}; dd if=/dev/zero of={small}/full bs=64k count=2 2>/dev/null || :");

            Exception exception = Assert.ThrowsAny<IOException>(() => FileArchive.Restore(Archive, new ArchiveRoots([], [file]), CancellationToken.None));

            Assert.True(VolumeTrouble.Caused(exception), exception.ToString());
            Assert.Equal(["full"], Directory.EnumerateFileSystemEntries(small).Select(Path.GetFileName));
        }
        finally
        {
            Command.Shell($"umount {small}");
        }
    }

    [MountFact]
    public void A_single_file_on_a_read_only_file_system_does_not_stop_the_restore()
    {
        string[] files = [In("root", "file"), In("root", "new", "file"), In("other")];
        Directory.CreateDirectory(In("root", "new"));
        Array.ForEach(files, file => File.WriteAllText(file, "then"));
        FileArchive.Capture([], files, [], Archive, CancellationToken.None);
        Directory.Delete(In("root", "new"), recursive: true);
        File.Delete(files[2]);
        Command.Shell($"mount --bind {In("root")} {In("root")} && mount -o remount,bind,ro {In("root")}");
        try
        {
            FileArchiveSummary summary = FileArchive.Restore(Archive, new ArchiveRoots([], files), CancellationToken.None);

            Assert.All(summary.Notes, note => Assert.Contains("Read-only file system", note, StringComparison.Ordinal));
            Assert.Equal(2, summary.Notes.Count);
            Assert.Equal("then", File.ReadAllText(files[2]));
        }
        finally
        {
            Command.Shell($"umount {In("root")}");
        }
    }

    [Fact]
    public void Paths_that_are_left_out_are_not_written_and_one_note_counts_them()
    {
        string[] files = [In("a"), In("link"), In("m"), In("n", "file"), In("z")];
        Directory.CreateDirectory(In("n"));
        Array.ForEach(files, file => File.WriteAllText(file, Path.GetFileName(file)));
        File.Delete(files[1]);
        File.CreateSymbolicLink(files[1], "nowhere");
        FileArchive.Capture([], files, [In("n")], Archive, CancellationToken.None);
        Array.ForEach(files, File.Delete);
        Directory.Delete(In("n"));

        FileArchiveSummary summary = FileArchive.Restore(
            Archive, new ArchiveRoots([], [files[0], files[1], files[4]], leftOut: [files[2], files[3], In("n")]), CancellationToken.None);

        Assert.Contains($"2 files of the container are not put back, {files[2]} for one", Assert.Single(summary.Notes), StringComparison.Ordinal);
        Assert.Equal(["a", "archive", "link", "z"], Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName).Order());
        Assert.Equal("z", File.ReadAllText(files[4]));
    }

    [Fact]
    public void Damage_that_is_found_while_a_single_file_is_written_leaves_nothing_half_done()
    {
        File.WriteAllText(Root, "contents");
        FileArchive.Capture([], [Root], [], Archive, CancellationToken.None);
        File.Delete(Root);
        ArchiveRoots roots = new([], [Root]);
        using ArchiveReader reader = new(Archive, roots, new PutBack(), CancellationToken.None);
        File.WriteAllText(FileArchive.DataPath(Archive), "cont");

        Assert.Throws<FileArchiveException>(reader.Restore);

        Assert.Equal(["archive"], Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName));
    }
}
