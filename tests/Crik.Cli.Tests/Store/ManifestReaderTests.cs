using System.Diagnostics;
using System.Text.Json.Nodes;
using Crik.Files;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class ManifestReaderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public ManifestReaderTests()
    {
        Directory.CreateDirectory(_temp.In("images"));
        File.WriteAllText(_temp.In("images", "core-301.img"), "core");
        File.WriteAllText(_temp.In("images", "pages-1.img"), "pages");
        CheckpointManifest manifest = new()
        {
            Format = 1,
            Stdio = [],
            Watches = [],
            Cgroups = [],
            ExternalMounts = [],
            Paths = [],
            Generation = 7,
            RunId = "r",
            CreatedAt = DateTimeOffset.UnixEpoch,
            CrikVersion = "0",
            CriuVersion = 40200,
            Unprivileged = true,
            Machine = new("X64", "6.8", "h", "b", [], 0),
            Command = ["app"],
            RootPid = 301,
            Pids = [301, 302],
            Images = [new("core-301.img", 4, Checksums.OfFile(_temp.In("images", "core-301.img"))), new("pages-1.img", 5, null)],
        };
        File.WriteAllBytes(_temp.In("manifest.json"), CheckpointJson.Write(manifest));
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_manifest_is_read_as_it_was_written()
    {
        Assert.Equal(301, ManifestReader.Read(_temp.Path, 7).RootPid);
    }

    [Theory]
    [InlineData("generation", "8")]
    [InlineData("format", "2")]
    [InlineData("rootPid", "1")]
    [InlineData("rootPid", "99")]
    [InlineData("pids", "[301, 0]")]
    [InlineData("pids", "null")]
    [InlineData("images", "[]")]
    [InlineData("images", """[{"name":"../manifest.json","size":1}]""")]
    [InlineData("images", """[{"name":"..","size":1}]""")]
    [InlineData("images", """[{"name":"core-301.img","size":5}]""")]
    [InlineData("images", """[{"name":"core-301.img","size":4,"checksum":1}]""")]
    [InlineData("images", """[{"name":"gone.img","size":4}]""")]
    [InlineData("files", """[{"name":"../manifest.json","size":1}]""")]
    [InlineData("files", """[{"name":"index","size":5}]""")]
    [InlineData("files", "[null]")]
    [InlineData("stdio", """[{"stream":3,"kind":"pipe","key":"k","holders":[],"imageIds":[]}]""")]
    [InlineData("watches", """[{"pid":301,"descriptor":4,"number":1,"mask":1,"path":"/a/../b"}]""")]
    [InlineData("watches", """[{"pid":2,"descriptor":4,"number":1,"mask":1,"path":"/a"}]""")]
    [InlineData("paths", """["relative"]""")]
    [InlineData("ownPaths", """["/tmp/../etc/passwd"]""")]
    [InlineData("ownPaths", """[null]""")]
    [InlineData("writtenFiles", """[{"path":"data/file","size":1,"modifiedNs":1}]""")]
    [InlineData("writtenFiles", """[{"path":"/data/../etc/passwd","size":1,"modifiedNs":1}]""")]
    [InlineData("writtenFiles", """[null]""")]
    [InlineData("socketFiles", """[{"sockets":[7],"names":["/run/../x"],"mode":432,"userId":0,"groupId":0}]""")]
    [InlineData("socketFiles", """[{"sockets":[7],"names":[],"mode":432,"userId":0,"groupId":0}]""")]
    [InlineData("socketFiles", """[{"sockets":[],"names":["/run/x"],"mode":432,"userId":0,"groupId":0}]""")]
    [InlineData("socketFiles", """[{"sockets":[7],"names":["/run/x"],"mode":4096,"userId":0,"groupId":0}]""")]
    [InlineData("traits", """{"own":[],"processes":[{"tasks":[302],"traits":[]},{"tasks":[302],"traits":[]}],"threads":[]}""")]
    [InlineData("traits", """{"own":[],"processes":[],"threads":[{"tasks":[1],"traits":[]}]}""")]
    [InlineData("traits", """{"own":[],"processes":[],"threads":[{"tasks":[301],"traits":[null]}]}""")]
    [InlineData("addresses", """["10.0.0.5"]""")]
    [InlineData("addresses", """[null]""")]
    [InlineData("cgroups", """[{"hierarchy":"","mountPoint":"/sys","directory":"../x"}]""")]
    public void A_manifest_with_an_invalid_value_is_refused(string key, string value)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(_temp.In("manifest.json")))!;
        manifest[key] = JsonNode.Parse(value);
        File.WriteAllText(_temp.In("manifest.json"), manifest.ToJsonString());

        CheckpointException refused = Assert.Throws<CheckpointException>(() => ManifestReader.Read(_temp.Path, 7));

        Assert.Contains(_temp.Path, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-9000000000000000000")]
    [InlineData("9000000000000000000")]
    public void An_impossible_uptime_is_refused(string milliseconds)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(_temp.In("manifest.json")))!;
        manifest["machine"]!["monotonicMilliseconds"] = JsonNode.Parse(milliseconds);
        File.WriteAllText(_temp.In("manifest.json"), manifest.ToJsonString());

        Assert.Contains(
            "monotonicMilliseconds", Assert.Throws<CheckpointException>(() => ManifestReader.ReadAlone(_temp.Path, 7)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images", """[{"name":"pages-1.img","size":4611686018427387904},{"name":"pages-2.img","size":4611686018427387904}]""")]
    [InlineData("images", """[{"name":"pages-1.img","size":1125899906842624},{"name":"pages-2.img","size":1048576}]""")]
    [InlineData("images", """[{"name":"pages-1.img","size":-1}]""")]
    [InlineData("compressedMemory", "-1")]
    [InlineData("compressedMemory", "9223372036854775807")]
    public void Impossible_sizes_are_refused_before_they_are_added_up(string key, string value)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(_temp.In("manifest.json")))!;
        manifest[key] = JsonNode.Parse(value);
        File.WriteAllText(_temp.In("manifest.json"), manifest.ToJsonString());

        Assert.Contains("size", Assert.Throws<CheckpointException>(() => ManifestReader.ReadAlone(_temp.Path, 7)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_names_too_many_written_files_is_refused()
    {
        WrittenFile file = new("/data", new FileStamp(1, 1, null));
        CheckpointManifest manifest = CheckpointJson.ReadManifest(File.ReadAllBytes(_temp.In("manifest.json")));
        File.WriteAllBytes(_temp.In("manifest.json"), CheckpointJson.Write(manifest with { WrittenFiles = [file] }));
        Assert.Equal([file], ManifestReader.Read(_temp.Path, 7).WrittenFiles);
        const string One = """{"path":"/","size":1,"modifiedNs":1}""";
        JsonNode changed = JsonNode.Parse(File.ReadAllText(_temp.In("manifest.json")))!;
        changed["writtenFiles"] = "HERE";

        File.WriteAllText(_temp.In("manifest.json"), changed.ToJsonString().Replace("\"HERE\"", $"[{string.Join(',', Enumerable.Repeat(One, 1_000_001))}]", StringComparison.Ordinal));

        Assert.Contains("too many entries", Assert.Throws<CheckpointException>(() => ManifestReader.ReadAlone(_temp.Path, 7)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_image_is_refused()
    {
        File.WriteAllText(_temp.In("images", "core-301.img"), "cOre");

        Assert.Throws<CheckpointException>(() => ManifestReader.Read(_temp.Path, 7));
    }

    [Fact]
    public void A_changed_archive_of_files_is_refused_if_it_has_a_checksum()
    {
        Directory.CreateDirectory(_temp.In("files"));
        File.WriteAllText(_temp.In("files", "data"), "contents");
        CheckpointManifest manifest = CheckpointJson.ReadManifest(File.ReadAllBytes(_temp.In("manifest.json")));
        manifest = manifest with { HasFiles = true, Files = [new("data", 8, Checksums.OfFile(_temp.In("files", "data")))] };
        File.WriteAllBytes(_temp.In("manifest.json"), CheckpointJson.Write(manifest));
        Assert.Equal(manifest.Files, ManifestReader.Read(_temp.Path, 7).Files);

        File.WriteAllText(_temp.In("files", "data"), "cOntents");
        Assert.Contains(_temp.In("files", "data"), Assert.Throws<CheckpointException>(() => ManifestReader.Read(_temp.Path, 7)).Message, StringComparison.Ordinal);

        File.WriteAllBytes(_temp.In("manifest.json"), CheckpointJson.Write(manifest with { Files = [] }));
        ManifestReader.Read(_temp.Path, 7);
    }

    [Fact]
    public void A_link_in_place_of_an_image_is_refused()
    {
        File.Move(_temp.In("images", "core-301.img"), _temp.In("core"));
        File.CreateSymbolicLink(_temp.In("images", "core-301.img"), _temp.In("core"));

        Assert.Throws<CheckpointException>(() => ManifestReader.Read(_temp.Path, 7));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("files")]
    public void A_link_in_place_of_a_directory_is_refused(string name)
    {
        Directory.CreateDirectory(_temp.In(name));
        Directory.Move(_temp.In(name), _temp.In("elsewhere"));
        File.CreateSymbolicLink(_temp.In(name), _temp.In("elsewhere"));

        string refused = Assert.Throws<CheckpointException>(() => ManifestReader.Read(_temp.Path, 7)).Message;

        Assert.StartsWith($"{_temp.In(name)} cannot be trusted: it is a link", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_random_change_of_a_manifest_is_refused_or_harmless()
    {
        byte[] good = File.ReadAllBytes(_temp.In("manifest.json"));
        Random random = new(20261121);
        Stopwatch clock = Stopwatch.StartNew();
        for (int round = 0; round < 3000 && clock.Elapsed < TimeSpan.FromSeconds(2); round++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_temp.In("manifest.json"), random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad);
            try
            {
                ManifestReader.Read(_temp.Path, 7);
            }
            catch (CheckpointException)
            {
                // The damage was found.
            }
        }
    }
}
