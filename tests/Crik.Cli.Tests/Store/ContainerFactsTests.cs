using Crik.Criu;
using Crik.Files;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class ContainerFactsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    [Fact]
    public void A_file_is_missing_unless_it_is_here_or_will_be_put_back()
    {
        File.WriteAllText(_temp.In("here"), "");
        string[] paths = [_temp.In("here"), _temp.In("gone"), _temp.In("own"), _temp.In("data/kept")];
        CheckpointManifest manifest = Manifest() with { Paths = paths, OwnPaths = [_temp.In("own")] };

        Assert.Equal([_temp.In("gone")], Read(manifest with { HasFiles = true }).MissingPaths);
        Assert.Equal([_temp.In("gone"), _temp.In("data/kept")], Read(manifest with { HasFiles = false }).MissingPaths);
    }

    [Fact]
    public void Only_the_files_that_the_program_wrote_to_are_stamped()
    {
        File.WriteAllText(_temp.In("log"), "12345");
        File.WriteAllText(_temp.In("read"), "");
        CheckpointManifest manifest = Manifest() with
        {
            Paths = [_temp.In("log"), _temp.In("read"), _temp.In("gone")],
            WrittenFiles = [new WrittenFile(_temp.In("log"), default), new WrittenFile(_temp.In("gone"), default)],
        };

        KeyValuePair<string, FileStamp> stamped = Assert.Single(Read(manifest).Written);

        Assert.Equal((_temp.In("log"), 5), (stamped.Key, stamped.Value.Size));
    }

    [Fact]
    public void Criu_is_asked_about_compression_only_for_a_compressed_checkpoint()
    {
        Assert.True(Read(Manifest(), () => throw new InvalidOperationException("criu was asked")).CanDecompress);
        Assert.False(Read(Manifest() with { CompressedMemory = 1 }, () => false).CanDecompress);
        Assert.True(Read(Manifest() with { CompressedMemory = 1 }, () => true).CanDecompress);
    }

    public void Dispose() => _temp.Dispose();

    private static CheckpointManifest Manifest() => CheckpointFixture.Manifest(1, "app", []);

    private ContainerFacts Read(CheckpointManifest manifest, Func<bool>? canDecompress = null) =>
        ContainerFacts.Read(manifest, _temp.Path, [_temp.In("data")], PrivilegeLevel.Full, 40300, canDecompress ?? (() => true));
}
