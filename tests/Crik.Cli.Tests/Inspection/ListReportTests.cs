using System.Text.Json;
using Crik.Inspection;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Inspection;

public sealed class ListReportTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Everything_in_the_directory_is_listed_newest_first_and_nothing_else()
    {
        CheckpointFixture.Add(_temp, 2);
        CheckpointFixture.Add(_temp, 10);
        CheckpointFixture.Add(_temp, 9, "failed");
        Directory.CreateDirectory(_temp.In(".staging-11.3", "images"));
        File.WriteAllText(_temp.In(".staging-11.3", "images", "core-1.img"), "half");
        Directory.CreateDirectory(_temp.In(".staging-removed-1"));
        Directory.CreateDirectory(_temp.In("checkpoints", "x"));
        Directory.CreateDirectory(_temp.In("checkpoints", "007"));
        Directory.CreateSymbolicLink(_temp.In("checkpoints", "8"), "/");

        Assert.Equal(
            ["11 staging 4", "10 committed", "9 failed", "2 committed"],
            CheckpointCatalog.Read(_temp.Path).Select(found => $"{found.Generation} {found.StateName}{(found.State == StoredState.Staging ? $" {found.Bytes}" : "")}"));
    }

    [Fact]
    public void The_table_shows_state_size_place_and_program_of_each_checkpoint()
    {
        CheckpointFixture.Add(_temp, 1, program: "evil\e[2Jname");
        CheckpointFixture.Add(_temp, 2);
        CheckpointFixture.Add(_temp, 3);
        RunRecord record = new() { RunId = "r", StartedAt = default, HostName = "h", HistoryUpTo = 1, Skipped = [3] };

        string[] lines = new ListReport(_temp.Path, CheckpointCatalog.Read(_temp.Path), 2, record, DateTimeOffset.UnixEpoch.AddHours(3)).Table().Split('\n');

        Assert.Equal(["3", "committed", "rolled", "back", "3", "h"], Words(lines[1])[..6]);
        Assert.Equal(["2", "committed", "next", "3", "h"], Words(lines[2])[..5]);
        Assert.Equal(["1", "committed", "history"], Words(lines[3])[..3]);
        Assert.EndsWith("-  pod-0  node-1  app --flag", string.Join("  ", Words(lines[2])[^5..]).Replace("app  --flag", "app --flag", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains('\e', StringComparison.Ordinal));
    }

    [Fact]
    public void The_JSON_form_has_the_same_facts()
    {
        CheckpointFixture.Add(_temp, 2);

        JsonElement list = JsonDocument.Parse(new ListReport(_temp.Path, CheckpointCatalog.Read(_temp.Path), 2, null, DateTimeOffset.UnixEpoch.AddSeconds(90)).Json()).RootElement;

        JsonElement only = Assert.Single(list.GetProperty("checkpoints").EnumerateArray().ToArray());
        Assert.Equal((2, "committed", true, 90), (only.GetProperty("generation").GetInt32(), only.GetProperty("state").GetString(), only.GetProperty("next").GetBoolean(), only.GetProperty("ageSeconds").GetInt32()));
        Assert.Equal(("pod-0", "node-1"), (only.GetProperty("pod").GetString(), only.GetProperty("node").GetString()));
        Assert.Equal("--flag", only.GetProperty("command")[1].GetString());
        Assert.Equal(JsonValueKind.Null, only.GetProperty("problem").ValueKind);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_read_is_listed_with_its_reason()
    {
        File.WriteAllText(Path.Combine(CheckpointFixture.Add(_temp, 4), "manifest.json"), "{");

        StoredCheckpoint found = Assert.Single(CheckpointCatalog.Read(_temp.Path));
        string table = new ListReport(_temp.Path, [found], null, null, DateTimeOffset.UtcNow).Table();

        Assert.Contains("damaged", table, StringComparison.Ordinal);
        Assert.Contains("manifest.json", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_checkpoints_is_an_empty_list_and_a_missing_directory_is_an_error()
    {
        Assert.Empty(CheckpointCatalog.Read(_temp.Path));
        Assert.Contains("none", Assert.Throws<CheckpointException>(() => CheckpointCatalog.Read(_temp.In("none"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1_536_000, "1.46 MiB")]
    [InlineData(20_109_012, "19.2 MiB")]
    [InlineData(1_073_741_824, "1 GiB")]
    [InlineData(long.MaxValue, "8388608 TiB")]
    public void Sizes_are_short(long bytes, string text) => Assert.Equal(text, Crik.Inspection.Words.Size(bytes));

    [Theory]
    [InlineData(0.0005, "0.5 ms")]
    [InlineData(0.757, "757 ms")]
    [InlineData(1.25, "1.25 s")]
    [InlineData(89, "89 s")]
    [InlineData(600, "10 min")]
    [InlineData(7200, "2 h")]
    [InlineData(864000, "10 d")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, Crik.Inspection.Words.Span(TimeSpan.FromSeconds(seconds)));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
