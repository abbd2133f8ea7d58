using System.Text.Json;
using Crik.CommandLine;
using Crik.Configuration;
using Crik.Store;
using Crik.Tests.Control;
using Crik.Tests.Store;
using Crik.Tools;

namespace Crik.Tests.Tools;

public sealed class ToolCommandsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void An_empty_list_is_said_on_standard_error_and_is_an_empty_list_for_programs()
    {
        ToolAnswer table = List(OutputForm.Table);
        ToolAnswer json = List(OutputForm.Json);

        Assert.Equal(new ToolAnswer("", Note: $"there is no checkpoint in {_temp.Path}\n"), table);
        Assert.Equal(0, JsonDocument.Parse(json.Text).RootElement.GetProperty("checkpoints").GetArrayLength());
        Assert.EndsWith("checkpoints: []\n", List(OutputForm.Yaml).Text, StringComparison.Ordinal);
        Assert.Null(json.Note);
    }

    [Fact]
    public void A_list_with_a_checkpoint_has_a_table_and_the_same_document_in_JSON_and_YAML()
    {
        CheckpointFixture.Add(_temp, 2);

        Assert.StartsWith("GENERATION", List(OutputForm.Table).Text, StringComparison.Ordinal);
        Assert.Contains("\n  - generation: 2\n    state: committed\n", List(OutputForm.Yaml).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Prune_with_dry_run_names_what_prune_would_remove_and_changes_nothing()
    {
        for (int generation = 1; generation <= 3; generation++)
        {
            CheckpointFixture.Add(_temp, generation);
        }

        Directory.CreateDirectory(_temp.In(".staging-4.1", "images"));
        Directory.CreateDirectory(_temp.In("failed"));
        string[] before = Everything();

        ToolAnswer answer = ToolCommands.WouldPrune(_temp.Path, keep: 1);

        Assert.Equal(new ToolAnswer($"would remove 2, 1; would keep 3\nwould remove {_temp.In(".staging-4.1")}, which an interrupted run left unfinished\n"), answer);
        Assert.Equal(before, Everything());

        Assert.Equal("removed 2, 1; kept 3\n", Run(new PruneRequest(new(), 1, DryRun: false)).Text);
        Assert.NotEqual(before, Everything());
        Assert.Equal("would remove nothing; would keep 3\n", Run(new PruneRequest(new(), 1, DryRun: true)).Text);
    }

    [Fact]
    public void Prune_with_dry_run_works_beside_a_crik_and_says_so()
    {
        CheckpointFixture.Add(_temp, 1);
        Directory.CreateDirectory(_temp.In(".staging-2.1"));
        Directory.CreateDirectory(_temp.In("failed"));
        using ImageDirectory holder = Crik.Store.ImageDirectory.OpenForChange(_temp.Path);

        ToolAnswer answer = ToolCommands.WouldPrune(_temp.Path, keep: 1);

        Assert.Equal("would remove nothing; would keep 1\n", answer.Text); // what is unfinished may be a checkpoint that is being made
        Assert.Equal($"crik of {Environment.MachineName} runs on {_temp.Path}, so crik prune would be refused now\n", answer.Note);
    }

    [Fact]
    public void A_list_of_a_pool_shows_each_slot_and_who_uses_it()
    {
        MakePool();
        using ImageDirectory holder = CheckpointFixture.Reopen(SlotLayout.SlotIn(_temp.Path, 1));

        string[] table = List(OutputForm.Table).Text.Split('\n');
        JsonElement[] slots = [.. JsonDocument.Parse(List(OutputForm.Json).Text).RootElement.GetProperty("slots").EnumerateArray()];

        Assert.Equal("slot 0, not in use", table[0]);
        Assert.StartsWith("GENERATION", table[1], StringComparison.Ordinal);
        Assert.Equal($"slot 1, in use by {Environment.MachineName}, without a checkpoint", table[^2]);
        Assert.Equal([0, 1], slots.Select(slot => slot.GetProperty("slot").GetInt32()));
        Assert.Equal([null, Environment.MachineName], slots.Select(slot => slot.GetProperty("usedBy").GetString()));
        Assert.Equal([1, 0], slots.Select(slot => slot.GetProperty("checkpoints").GetArrayLength()));
        Assert.Equal(SlotLayout.SlotIn(_temp.Path, 1), slots[1].GetProperty("imageDir").GetString());
    }

    [Fact]
    public void The_other_commands_need_to_know_which_slot_of_a_pool_is_meant()
    {
        MakePool();

        CheckpointException unnamed = Assert.Throws<CheckpointException>(() => Run(new RollbackRequest(new(), 2)));
        CheckpointException missing = Assert.Throws<CheckpointException>(() => Run(new PruneRequest(new(), 1, DryRun: true) { Slot = 7 }));
        ToolAnswer pruned = Run(new PruneRequest(new(), 1, DryRun: true) { Slot = 0 });
        ToolAnswer listed = Run(new ListRequest(new(), OutputForm.Table) { Slot = 0 });

        Assert.Equal($"{_temp.Path} is a pool of slots: add --slot N; 'crik list' shows the slots and what is in them", unnamed.Message);
        Assert.Equal($"there is no slot 7 in {_temp.Path}; 'crik list' shows the slots that exist", missing.Message);
        Assert.Equal("would remove nothing; would keep 2\n", pruned.Text);
        Assert.StartsWith("GENERATION", listed.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("starting", null, false)]
    [InlineData("ending", null, false)]
    [InlineData("running", 301, true)]
    [InlineData("checkpointing", 301, true)]
    [InlineData("ending", 301, true)]
    public void The_program_is_ready_as_soon_as_it_runs(string state, int? pid, bool isReady) =>
        Assert.Equal(isReady, StatusCommand.WhyNotReady(ControlFixture.Running with { State = state, Pid = pid }) is null);

    private void MakePool()
    {
        Directory.CreateDirectory(SlotLayout.SlotIn(_temp.Path, 1));
        CheckpointFixture.AddAt(SlotLayout.SlotIn(_temp.Path, 0), 2, "app", DateTimeOffset.UnixEpoch);
    }

    private ToolAnswer List(OutputForm output) => Run(new ListRequest(new(), output));

    private ToolAnswer Run(ToolRequest request) => ToolCommands.Run(request, new CrikOptions { ImageDir = _temp.Path });

    private string[] Everything() => [.. Directory.EnumerateFileSystemEntries(_temp.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
