using System.Text;
using Crik.Checks;
using Crik.Configuration;
using Crik.Files;
using Crik.Nodes;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Fuzz;

/// <summary>Tests bad input that random mutation does not find by itself, and bad input that it found once.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("fifo")]
    [InlineData("directory")]
    [InlineData("link to /dev/zero")]
    [InlineData("link to itself")]
    [InlineData("sparse")]
    [InlineData("nested")]
    [InlineData("empty")]
    [InlineData("NUL")]
    public void An_entry_that_is_no_plain_file_is_refused_without_waiting(string what)
    {
        string checkpoint = CheckpointFixture.Add(_temp, 7);
        string archive = Directory.CreateDirectory(_temp.In("archive")).FullName;
        string configuration = _temp.In("config.yaml");
        Replace(Path.Combine(checkpoint, "manifest.json"), what);
        Replace(FileArchive.IndexPath(archive), what);
        Replace(_temp.In("run.json"), what);

        Assert.Throws<CheckpointException>(() => ManifestReader.Read(checkpoint, 7));
        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(archive, new ArchiveRoots(["/nowhere"], []), CancellationToken.None));
        Assert.Null(RunRecordReader.Read(_temp.In("run.json")));
        if (what is not ("fifo" or "empty")) // somebody may want to write into it; and an empty configuration is one
        {
            Replace(configuration, what);
            Assert.Throws<ConfigurationException>(() => CrikOptionsLoader.Load(new CommandLineOverrides(), new Dictionary<string, string>(), configuration));
        }
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("directory")]
    [InlineData("link to /dev/zero")]
    public void An_image_that_is_no_plain_file_is_refused(string what)
    {
        string checkpoint = CheckpointFixture.Add(_temp, 7);
        Replace(Path.Combine(checkpoint, "images", "core-301.img"), what);

        Assert.Contains("core-301.img", Assert.Throws<CheckpointException>(() => ManifestReader.Read(checkpoint, 7)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("directory")]
    [InlineData("link to itself")]
    public void A_lock_that_is_no_plain_file_is_reported_without_waiting(string what)
    {
        Replace(_temp.In("lock"), what);

        Finding found = DirectoryChecks.OfLock(_temp.Path);

        Assert.Equal(Verdict.Problem, found.Verdict);
        Assert.Contains($"{_temp.In("lock")} is no plain file", found.Meaning, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => ImageDirectory.OpenForChange(_temp.Path));
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("link to /dev/zero")]
    [InlineData("link to itself")]
    [InlineData("NUL")]
    public void Anything_in_the_place_of_a_new_file_is_replaced_without_waiting(string what)
    {
        RunRecord record = new() { RunId = "r", StartedAt = DateTimeOffset.UnixEpoch, HostName = "h" };
        Replace(_temp.In("run.json.new"), what);
        Replace(_temp.In("restored.json.new"), what);

        using (ImageDirectory directory = ImageDirectory.OpenForChange(_temp.Path))
        {
            new CheckpointStore(directory).WriteRunRecord(record);
        }

        RestoredFile.Write(_temp.In("restored.json"), CheckpointFixture.Manifest(7, "app", []), DateTimeOffset.UnixEpoch);

        Assert.Equal("r", RunRecordReader.Read(_temp.In("run.json"))?.RunId);
        Assert.StartsWith("{", File.ReadAllText(_temp.In("restored.json")), StringComparison.Ordinal);
        Assert.Null(new FileInfo(_temp.In("restored.json")).LinkTarget);
        Assert.False(File.Exists(_temp.In("run.json.new")) || File.Exists(_temp.In("restored.json.new")));
    }

    [Fact]
    public void Files_whose_sizes_overflow_when_they_are_added_are_refused()
    {
        string root = _temp.In("state");
        string archive = Directory.CreateDirectory(_temp.In("archive")).FullName;
        File.WriteAllBytes(FileArchive.DataPath(archive), []);
        string File_(string name) => $"{{\"kind\":\"file\",\"path\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{root}{name}"))}\","
            + "\"size\":9223372036854775807,\"extents\":[0,9223372036854775807]}";
        string directory = $"{{\"kind\":\"directory\",\"path\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(root))}\"}}";
        File.WriteAllLines(FileArchive.IndexPath(archive), ["{\"format\":1}", directory, File_("/a"), File_("/b"), "{\"format\":1,\"entries\":3,\"isEnd\":true}"]);

        Assert.Throws<FileArchiveException>(() => FileArchive.Restore(archive, new ArchiveRoots([root], []), CancellationToken.None));

        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void Many_interim_HTTP_answers_do_not_overflow_the_stack()
    {
        byte[] preludes = [.. Enumerable.Repeat("HTTP/1.1 100 \r\n\r\n"u8.ToArray(), 500_000).SelectMany(bytes => bytes)];

        Assert.Throws<HttpException>(() =>
        {
            HttpAnswerReader reader = new(int.MaxValue);
            reader.Add(preludes);
            reader.Add([]);
        });
    }

    [Theory]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","skipped":[2147483647]}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","historyUpTo":2147483647}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","historyUpTo":-1}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","state":1,"earlyEnds":2147483647}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","end":{"kind":77,"at":"2020-01-01T00:00:00Z","exitCode":0,"signal":0}}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","compressedBytesPerSecond":5,"compressedPercent":2147483647}""")]
    [InlineData("""{"runId":"r","startedAt":"2020-01-01T00:00:00Z","hostName":"h","bytesPerSecond":-1}""")]
    public void A_run_record_whose_numbers_make_no_sense_counts_as_none(string record)
    {
        File.WriteAllText(_temp.In("run.json"), record);

        Assert.Null(RunRecordReader.Read(_temp.In("run.json")));
    }

    [Fact]
    public void A_directory_with_the_largest_number_does_not_make_the_next_number_negative()
    {
        Directory.CreateDirectory(_temp.In("checkpoints", "2147483647"));
        Directory.CreateDirectory(_temp.In("checkpoints", "12"));

        Assert.Equal([12], CheckpointStore.Numbers(_temp.In("checkpoints")));
    }

    private static void Replace(string path, string what)
    {
        File.Delete(path);
        switch (what)
        {
            case "fifo":
                Command.Output("mkfifo", path);
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "link to /dev/zero":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "link to itself":
                File.CreateSymbolicLink(path, path);
                break;
            case "sparse":
                using (FileStream file = File.Create(path))
                {
                    file.SetLength(20L << 30);
                }

                break;
            case "nested":
                File.WriteAllText(path, new string('[', 100_000));
                break;
            case "NUL":
                File.WriteAllBytes(path, new byte[1000]);
                break;
            default:
                File.WriteAllText(path, "");
                break;
        }
    }
}
