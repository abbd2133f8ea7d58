using Crik.Files;

namespace Crik.Tests.Files;

public sealed class PutBackTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private string Root => _temp.In("state");

    private string Archive => _temp.In("archive");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_a_restore_made_is_removed_again_and_what_it_replaced_stays()
    {
        Directory.CreateDirectory(_temp.In("state", "new", "deep"));
        File.WriteAllText(_temp.In("state", "new", "deep", "file"), "then");
        File.CreateSymbolicLink(_temp.In("state", "new", "link"), "deep");
        File.WriteAllText(_temp.In("state", "old"), "then");
        string single = _temp.In("single", "above", "file");
        Directory.CreateDirectory(Path.GetDirectoryName(single)!);
        File.WriteAllText(single, "then");
        Capture(single);
        Directory.Delete(_temp.In("single"), recursive: true);
        Directory.Delete(_temp.In("state", "new"), recursive: true);
        File.WriteAllText(_temp.In("state", "old"), "now");
        File.WriteAllText(_temp.In("state", "untouched"), "now");
        PutBack putBack = Restore(single);
        Assert.Equal("then", File.ReadAllText(single));
        Assert.Equal("then", File.ReadAllText(_temp.In("state", "new", "deep", "file")));

        Assert.Equal(0, putBack.Undo());

        Assert.Equal(["archive", "state"], Names(_temp.Path));
        Assert.Equal(["old", "untouched"], Names(Root));
        Assert.Equal("then", File.ReadAllText(_temp.In("state", "old")));
    }

    [Fact]
    public void Files_that_were_made_after_the_restore_stay()
    {
        Directory.CreateDirectory(_temp.In("state", "new"));
        File.WriteAllText(_temp.In("state", "new", "file"), "then");
        Capture();
        Directory.Delete(Root, recursive: true);
        PutBack putBack = Restore();
        File.WriteAllText(_temp.In("state", "new", "later"), "later");
        File.WriteAllText(_temp.In("state", "new", "next"), "replaced");
        File.Move(_temp.In("state", "new", "next"), _temp.In("state", "new", "file"), overwrite: true);

        Assert.Equal(2, putBack.Undo()); // the directories, which are not empty

        Assert.Equal("replaced", File.ReadAllText(_temp.In("state", "new", "file")));
        Assert.Equal("later", File.ReadAllText(_temp.In("state", "new", "later")));
    }

    [Fact]
    public void A_restore_that_fails_in_the_middle_can_be_undone()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(_temp.In("state", "a"), "first");
        File.WriteAllText(_temp.In("state", "b"), "second");
        Capture();
        Directory.Delete(Root, recursive: true);
        Directory.CreateDirectory(_temp.In("state", "b", "in the way"));
        PutBack putBack = new();

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(Archive, new ArchiveRoots([Root], []), CancellationToken.None, putBack));
        Assert.True(File.Exists(_temp.In("state", "a")));
        putBack.Undo();

        Assert.Equal(["b"], Names(Root));
    }

    [Fact]
    public void A_link_to_the_root_is_followed_and_stays()
    {
        Directory.CreateDirectory(_temp.In("real"));
        File.CreateSymbolicLink(Root, _temp.In("real"));
        File.WriteAllText(_temp.In("real", "file"), "then");
        Capture();
        File.Delete(_temp.In("real", "file"));
        PutBack putBack = Restore();
        Assert.Equal("then", File.ReadAllText(_temp.In("real", "file")));

        Assert.Equal(0, putBack.Undo());

        Assert.Empty(Names(_temp.In("real")));
        Assert.Equal(["archive", "real", "state"], Names(_temp.Path));
    }

    [Fact]
    public void What_cannot_be_removed_yet_is_removed_by_a_later_call()
    {
        Directory.CreateDirectory(_temp.In("state", "new"));
        Capture();
        Directory.Delete(Root, recursive: true);
        PutBack putBack = Restore();
        File.WriteAllText(_temp.In("state", "new", "later"), "later");
        Assert.Equal(2, putBack.Undo());
        File.Delete(_temp.In("state", "new", "later"));

        Assert.Equal(0, putBack.Undo());

        Assert.False(Directory.Exists(Root));
    }

    private void Capture(params string[] single) => FileArchive.Capture([Root], single, [], Archive, CancellationToken.None);

    private PutBack Restore(params string[] single)
    {
        PutBack putBack = new();
        FileArchive.Restore(Archive, new ArchiveRoots([Root], single), CancellationToken.None, putBack);
        return putBack;
    }

    private static IEnumerable<string?> Names(string directory) => Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
