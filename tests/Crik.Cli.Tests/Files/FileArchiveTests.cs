using Crik.Files;

namespace Crik.Tests.Files;

public sealed class FileArchiveTests : ArchiveTest
{
    [Fact]
    public void Captured_files_come_back_with_mode_times_links_and_holes()
    {
        Directory.CreateDirectory(In("state", "empty"));
        File.WriteAllText(In("state", "plain"), "contents");
        File.SetUnixFileMode(In("state", "plain"), (UnixFileMode)0b111_101_000);
        File.SetLastWriteTimeUtc(In("state", "plain"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        File.CreateSymbolicLink(In("state", "link"), "/etc/passwd");
        File.CreateSymbolicLink(In("state", "dangling"), "nowhere");
        Command.Shell($"ln {Root}/plain {Root}/second; truncate -s 20G {Root}/sparse; printf end >>{Root}/sparse; mkfifo -m 620 {Root}/fifo; chmod 750 {Root}/empty; perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"{Root}/socket\", Listen => 1)'");

        FileArchiveSummary captured = Capture();
        string before = Describe();
        Directory.Delete(Root, recursive: true);
        FileArchiveSummary restored = Restore();

        Assert.Equal(before, Describe());
        Assert.Contains(captured.Notes, note => note.Contains("socket", StringComparison.Ordinal));
        Assert.Empty(restored.Notes);
        Assert.Equal("contents", File.ReadAllText(In("state", "second")));
    }

    [Fact]
    public void Names_that_are_not_UTF8_survive()
    {
        Directory.CreateDirectory(Root);
        Command.Shell($"cd {Root}; printf x >\"$(printf 'b\\377d')\"");

        Capture();
        Command.Shell($"rm -r {Root}");
        Restore();

        Assert.Equal("62 ff 64 0a", Command.Shell($"ls {Root} | od -An -tx1").Trim());
    }

    [Fact]
    public void A_path_that_is_a_single_file_is_replaced()
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
        File.WriteAllText(In("state", "file"), "not asked for");
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
    public void A_link_in_the_place_of_a_directory_is_not_followed()
    {
        Directory.CreateDirectory(In("state", "inner"));
        File.WriteAllText(In("state", "inner", "file"), "mine");
        Capture();
        Directory.Delete(Root, recursive: true);
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(In("elsewhere"));
        File.CreateSymbolicLink(In("state", "inner"), In("elsewhere"));

        Restore();

        Assert.Empty(Directory.EnumerateFileSystemEntries(In("elsewhere")));
        Assert.Equal("mine", File.ReadAllText(In("state", "inner", "file")));
    }

    [Fact]
    public void Files_that_are_not_in_the_archive_stay()
    {
        Directory.CreateDirectory(Root);
        Capture();
        File.WriteAllText(In("state", "later"), "kept");

        Restore();

        Assert.Equal("kept", File.ReadAllText(In("state", "later")));
    }

    [Fact]
    public void A_missing_path_is_named_in_a_note()
    {
        FileArchiveSummary summary = Capture();

        Assert.Contains(summary.Notes, note => note.Contains(Root, StringComparison.Ordinal));
    }

    /// <summary>Lists type, mode, owner, size, times and target of everything, and whether the sparse file takes little room.</summary>
    private string Describe() =>
        Command.Shell($"cd {Root} && find . -not -name socket -not -name . -printf '%p %y %m %u %g %s %n %T@ %l\\n' | sort; du -s --apparent-size {Root}/sparse; [ $(du -s {Root}/sparse | cut -f1) -lt 100 ] && echo sparse");
}
