using Crik.Configuration;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class RollbackTests : IDisposable
{
    private static readonly int[] s_committed = [5, 4, 3];

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("once", "startFresh")]
    [InlineData("once", "restore")]
    [InlineData("always", "startFresh")]
    public void The_next_start_restores_the_chosen_checkpoint_and_never_a_newer_one(string mode, string whenCrashed)
    {
        RunRecord record = Rollback.To(4, Ended(RunEndKind.Checkpointed), s_committed, default);

        Assert.Equal([4, 3], Decide(record, s_committed, mode, whenCrashed));
    }

    [Fact]
    public void A_checkpoint_of_an_ended_run_can_be_chosen_and_older_ones_stay_out_of_use()
    {
        RunRecord record = Rollback.To(4, Ended(RunEndKind.Exited) with { HistoryUpTo = 5 }, s_committed, default);

        Assert.Equal([4], Decide(record, s_committed));
    }

    [Fact]
    public void A_run_that_is_killed_after_a_rollback_restores_the_chosen_checkpoint_again()
    {
        RunRecord after = Rollback.To(3, Ended(RunEndKind.Checkpointed), s_committed, default) with { RestoredFrom = 3, End = null };

        Assert.Equal([3], Decide(after, s_committed));
    }

    [Fact]
    public void A_checkpoint_made_after_a_rollback_is_preferred_to_the_chosen_one()
    {
        RunRecord after = Rollback.To(3, Ended(RunEndKind.Checkpointed), s_committed, default) with { End = new RunEnd(RunEndKind.Checkpointed, default, 143, 0) };

        Assert.Equal([6, 3], Decide(after, [6, 5, 4, 3]));
    }

    [Fact]
    public void A_checkpoint_that_was_skipped_by_a_rollback_can_be_chosen_again()
    {
        RunRecord back = Rollback.To(3, Ended(RunEndKind.Checkpointed), s_committed, default);
        RunRecord forward = Rollback.To(5, back, s_committed, default);

        Assert.Equal([5, 3], Decide(forward, s_committed));
        Assert.Equal([4], forward.Skipped);
    }

    [Fact]
    public void A_rollback_works_without_a_run_record() => Assert.Equal([4, 3], Decide(Rollback.To(4, null, s_committed, default), s_committed));

    [Theory]
    [InlineData("5 4 3 2 1", "", 2, "3 2 1")]
    [InlineData("5 4 3", "", 5, "")]
    [InlineData("5 4 3", "", 0, "4 3")]
    [InlineData("5 4 3", "5", 1, "3")]
    [InlineData("5 4 3", "5 4", 2, "4")]
    [InlineData("6 5 4 3", "5 4", 2, "5 4")]
    [InlineData("6 5 4 3", "5 4", 3, "4")]
    [InlineData("6 5 4 3", "5 4", 1, "5 4 3")]
    [InlineData("", "", 1, "")]
    public void Retention_keeps_the_newest_checkpoint_and_the_one_that_would_be_restored(string committed, string skipped, int keep, string removed) =>
        Assert.Equal(Numbers(removed), Retention.ToRemove(Numbers(committed), Numbers(skipped), keep, generation => generation).OrderDescending());

    [Theory]
    [InlineData("5:3 4:3 3:3 2:2 1:1", "", 2, "4 3 1")]
    [InlineData("5:3 4:3 3:3 2:2 1:1", "", 3, "3 1")]
    [InlineData("5:3 4:3 3:3 2:2 1:1", "", 1, "4 3 2 1")]
    [InlineData("6:6 5:3 4:3 3:3", "", 2, "4 3")] // the state of 6 is a new one
    [InlineData("6:2 5:3 4:3 2:2", "5 4", 2, "5 4")] // the state of 5 and 4 was given up
    [InlineData("3:1 2:1 1:1", "", 2, "1")]
    public void Retention_keeps_a_checkpoint_of_another_state_than_the_newest(string states, string skipped, int keep, string removed)
    {
        Dictionary<int, int> stateOf = states.Split(' ').Select(pair => Numbers(pair.Replace(':', ' '))).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal(Numbers(removed), Retention.ToRemove([.. stateOf.Keys.OrderDescending()], Numbers(skipped), keep, generation => stateOf[generation]).OrderDescending());
    }

    [Fact]
    public void A_rollback_gives_the_chosen_state_all_its_tries_again()
    {
        RunRecord looping = Ended(RunEndKind.Checkpointed) with { State = 4, EarlyEnds = 4, Skipped = [4, 5] };

        RunRecord record = Rollback.To(4, looping, s_committed, default);

        Assert.Equal((null, 0), (record.State, record.EarlyEnds));
        Assert.Equal([4, 3], Decide(record, s_committed));
    }

    [Fact]
    public void A_rollback_is_stored_on_disk()
    {
        CheckpointFixture.Add(_temp, 1);
        CheckpointFixture.Add(_temp, 2);
        InStore(store => store.WriteRunRecord(Ended(RunEndKind.Checkpointed)));

        InStore(store => store.RollBack(1, DateTimeOffset.UnixEpoch));

        InStore(store =>
        {
            Assert.Equal([1], Decide(store.ReadRunRecord(), store.Generations()));
            Assert.Equal([2, 1], store.Generations());
            Assert.Equal([2, 1], store.Generations().Except(Retention.ToRemove(store.Generations(), store.Skipped(), keep: 1, store.StateOf)));
            using CheckpointDraft draft = store.Begin();
            Assert.Equal(3, draft.Generation);
        });
    }

    [Fact]
    public void The_number_of_a_skipped_checkpoint_is_never_used_again()
    {
        CheckpointFixture.Add(_temp, 1);
        CheckpointFixture.Add(_temp, 2);
        InStore(store => store.RollBack(1, DateTimeOffset.UnixEpoch));
        Directory.Delete(_temp.In("checkpoints", "2"), recursive: true);

        InStore(store =>
        {
            using CheckpointDraft draft = store.Begin();
            Assert.Equal(3, draft.Generation);
        });
    }

    [Fact]
    public void A_rollback_returns_a_checkpoint_that_was_set_aside()
    {
        CheckpointFixture.Add(_temp, 1);
        CheckpointFixture.Add(_temp, 2, "failed");

        InStore(store => store.RollBack(2, DateTimeOffset.UnixEpoch));

        InStore(store => Assert.Equal([2, 1], Decide(store.ReadRunRecord(), store.Generations())));
        Assert.False(Directory.Exists(_temp.In("failed", "2")));
    }

    [Theory]
    [InlineData("checkpoints")]
    [InlineData("failed")]
    public void A_rollback_to_a_damaged_checkpoint_is_refused_and_changes_nothing(string parent)
    {
        string path = CheckpointFixture.Add(_temp, 1, parent);
        File.WriteAllText(Path.Combine(path, "images", "core-301.img"), "cOre");

        InStore(store =>
        {
            CheckpointException refused = Assert.Throws<CheckpointException>(() => store.RollBack(1, default));
            Assert.Contains("core-301.img", refused.Message, StringComparison.Ordinal);
            Assert.Null(store.ReadRunRecord());
        });
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void A_rollback_to_a_missing_checkpoint_is_refused() =>
        InStore(store => Assert.Contains("no checkpoint 7", Assert.Throws<CheckpointException>(() => store.RollBack(7, default)).Message, StringComparison.Ordinal));

    [Fact]
    public void A_locked_directory_is_refused_with_the_name_of_the_lock_holder()
    {
        using ImageDirectory owner = ImageDirectory.OpenForChange(_temp.Path);

        CheckpointException refused = Assert.Throws<CheckpointException>(() => ImageDirectory.OpenForChange(_temp.Path));

        Assert.Equal(FailureKind.Locked, refused.Kind);
        Assert.Contains(Environment.MachineName, refused.Message, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, ImageDirectory.FindHolder(_temp.Path)?.Pid);
    }

    [Fact]
    public void A_missing_directory_is_not_created()
    {
        Assert.Throws<CheckpointException>(() => ImageDirectory.OpenForChange(_temp.In("none")));

        Assert.False(Directory.Exists(_temp.In("none")));
    }

    private static RunRecord Ended(RunEndKind kind) =>
        new() { RunId = "r", StartedAt = default, HostName = "h", End = new RunEnd(kind, default, 0, 0) };

    private static IReadOnlyList<int> Decide(RunRecord? record, IReadOnlyList<int> committed, string mode = "once", string whenCrashed = "restore") =>
        StartDecision.Decide(
            record, committed, mode == "always" ? RestoreMode.Always : RestoreMode.Once,
            whenCrashed == "restore" ? WhenCrashed.Restore : WhenCrashed.StartFresh).Generations;

    private static int[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];

    private void InStore(Action<CheckpointStore> look)
    {
        using ImageDirectory directory = Open();
        look(new CheckpointStore(directory));
    }

    /// <summary>
    /// Opens the directory as soon as its lock is free. A process that another test starts at this moment has a copy of the
    /// lock's descriptor until it executes its program.
    /// </summary>
    private ImageDirectory Open() => Eventually.Found(TryOpen, "the image directory is not locked any more");

    private ImageDirectory? TryOpen()
    {
        try
        {
            return ImageDirectory.OpenForChange(_temp.Path);
        }
        catch (CheckpointException exception) when (exception.Kind == FailureKind.Locked)
        {
            return null;
        }
    }
}
