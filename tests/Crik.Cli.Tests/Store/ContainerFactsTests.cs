using Crik.Criu;
using Crik.Files;
using Crik.Policy;
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

    [Fact]
    public void A_capability_that_criu_cannot_give_back_to_the_program_makes_the_checkpoint_not_fit()
    {
        const int NetRaw = 13;
        const int CheckpointRestore = 40;
        CriuImage core = CriuImage.Parse([1, 2, 3, 4]);
        ProtoWriter credentials = new ProtoWriter().Number(9, 1 << 7).Number(10, 1 << NetRaw).Number(10, 1 << (CheckpointRestore - 32)).Number(11, 1 << 7);
        core.Messages.Add(new ProtoWriter().Message(5, new ProtoWriter().Message(10, credentials)).ToArray());
        core.Write(_temp.In("core-301.img"));
        CheckpointManifest manifest = Manifest() with { RootPid = 301 };

        Assert.Empty(Read(manifest).MissingCapabilities);
        Assert.Empty(Read(manifest with { RootPid = 302 }, capabilities: 0).MissingCapabilities);
        Assert.Equal(["NET_RAW"], Read(manifest, capabilities: 1UL << CheckpointRestore).MissingCapabilities);
        ContainerFacts now = Read(manifest, capabilities: 0);
        Assert.Contains(
            "privileges: the program has the capabilities NET_RAW, CHECKPOINT_RESTORE, which this container does not have; add them",
            CompatibilityGate.Problems(manifest with { Machine = now.Machine }, now));
    }

    public void Dispose() => _temp.Dispose();

    private static CheckpointManifest Manifest() => CheckpointFixture.Manifest(1, "app", []);

    private ContainerFacts Read(CheckpointManifest manifest, Func<bool>? canDecompress = null, ulong capabilities = ulong.MaxValue) =>
        ContainerFacts.Read(
            manifest, _temp.Path, [_temp.In("data")], new CriuSetup("criu", PrivilegeLevel.Full, []) { Capabilities = capabilities }, 40300, canDecompress ?? (() => true));
}
