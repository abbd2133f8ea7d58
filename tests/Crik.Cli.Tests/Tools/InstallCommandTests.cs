using Crik.Linux;
using Crik.Tools;

namespace Crik.Tests.Tools;

public sealed class InstallCommandTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_bundle_is_copied_with_its_modes_and_replaces_an_older_one()
    {
        string source = _temp.In("source"), target = _temp.In("target");
        Write(Path.Combine(source, "bin/crik"), "new", FileModes.OthersMayUse);
        Write(Path.Combine(source, "lib/libc.so.6"), "library", FileModes.OthersMayRead);
        Write(Path.Combine(target, "bin/crik"), "the old one, which is longer", FileModes.OwnFile);
        using FileStream used = File.OpenRead(Path.Combine(target, "bin/crik"));

        Assert.Equal(0, InstallCommand.Copy(source, target));

        Assert.Equal("new", File.ReadAllText(Path.Combine(target, "bin/crik")));
        Assert.Equal("the old one, which is longer", new StreamReader(used).ReadToEnd());
        Assert.Equal(FileModes.OthersMayUse, File.GetUnixFileMode(Path.Combine(target, "bin/crik")));
        Assert.Equal(FileModes.OthersMayRead, File.GetUnixFileMode(Path.Combine(target, "lib/libc.so.6")));
        Assert.Equal(["bin", "bin/crik", "lib", "lib/libc.so.6"], Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(target, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_crik_that_is_not_from_the_bundle_says_where_to_get_it()
    {
        ToolAnswer answer = InstallCommand.Run(_temp.In("target"));

        Assert.Contains("use the image of the bundle", answer.Problem, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Failed, answer.Failure);
        Assert.False(Directory.Exists(_temp.In("target")));
    }

    [Theory]
    [InlineData(Errno.EACCES, "/volume/bin/crik was copied and cannot be executed: its volume is mounted with noexec.")]
    [InlineData(Errno.ENOENT, "/volume/bin/crik was copied and cannot be executed: No such file or directory")]
    public void A_copy_that_cannot_be_executed_has_one_sentence(int errno, string sentence) =>
        Assert.StartsWith(sentence, InstallCommand.NotExecutable("/volume/bin/crik", errno), StringComparison.Ordinal);

    private static void Write(string path, string text, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }
}
