using System.Globalization;
using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class DeepTreeTests : ArchiveTest
{
    [Fact]
    public void A_tree_that_is_deeper_than_a_path_may_be_long_comes_back()
    {
        MakeDeep(levels: 3000, name: "directory");
        string before = Describe();

        Capture();
        Command.Shell($"rm -r {Root}");
        FileArchiveSummary summary = Restore();

        Assert.Empty(summary.Notes);
        Assert.Equal(3002, summary.Entries);
        Assert.Equal(before, Describe());
    }

    [Fact]
    public void A_tree_that_is_too_deep_is_refused_when_it_is_saved()
    {
        MakeDeep(levels: 7000, name: "directory");

        FileArchiveException refused = Assert.Throws<FileArchiveException>(() => Capture());

        Assert.Contains($"{Root}/directory/", refused.Message, StringComparison.Ordinal);
        Assert.Contains("additionalPaths", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_system_call_does_not_keep_changed_files_from_being_found()
    {
        MakeDeep(levels: 3000, name: "directory");
        using FileDescriptor top = Libc.Open(Place, Libc.O_RDONLY | Libc.O_DIRECTORY);
        Mount[] mounts = [Mount.Parse("1 0 0:30 / / rw - overlay overlay rw")!];

        IReadOnlyList<ChangedFile> changed = ChangedFiles.Find(top, "", [], default, CancellationToken.None);
        OwnFiles own = OwnFiles.Choose([changed[^1].Path], changed.Append(new ChangedFile("/plain", changed[0].Status with { Type = FileType.Regular })), 1 << 20, [], mounts, new Lifetime(0, 0, 0), _ => null);

        Assert.Equal(["/plain"], own.Files);
        Assert.All(own.Places, place => Assert.InRange(place.Length, 1, 4095));
        Assert.StartsWith("1 files", own.LeftOut, StringComparison.Ordinal);
        Assert.Contains("4095 bytes; the first begins with /state/directory/directory/", own.LeftOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_path_that_is_too_long_for_a_system_call_is_left_out_and_named()
    {
        string path = $"{Root}/{string.Concat(Enumerable.Repeat("directory/", 500))}file";
        File.WriteAllText(In("other"), "contents");

        FileArchiveSummary summary = FileArchive.Capture([], [path, In("other")], [path], Archive, CancellationToken.None);

        Assert.Equal(2, summary.Notes.Count); // as a place and as a file
        Assert.All(summary.Notes, note => Assert.Contains(path, note, StringComparison.Ordinal));
        Assert.Equal(1, summary.Entries);
    }

    private void MakeDeep(int levels, string name)
    {
        Directory.CreateDirectory(Root);
        Python(string.Create(CultureInfo.InvariantCulture, $"import os\nfor i in range({levels}):\n os.mkdir('{name}', 0o750); os.chdir('{name}')\nopen('file', 'w').write('contents')"), Root);
    }

    /// <summary>Walks down name by name, because no tool takes such a path.</summary>
    private string Describe() => Python(
        "import os\ndepth = 0\nwhile os.path.isdir('directory'):\n s = os.lstat('directory'); print(oct(s.st_mode), s.st_mtime_ns); os.chdir('directory'); depth += 1\nprint(depth, os.listdir('.'), open('file').read())", Root);
}
