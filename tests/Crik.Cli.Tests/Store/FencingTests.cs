using Crik.Init;
using Crik.Linux;
using Crik.Run;
using Crik.Store;

namespace Crik.Tests.Store;

/// <summary>A pod was cut off from its volume, and another pod has taken the image directory: the first pod may change nothing in it.</summary>
public sealed class FencingTests : IDisposable
{
    private readonly TempDirectory _temp = TempDirectory.Below("/dev/shm");
    private readonly ImageDirectory _directory;
    private readonly CheckpointStore _store;

    public FencingTests()
    {
        CheckpointFixture.Add(_temp, 1);
        CheckpointFixture.Add(_temp, 2);
        _directory = ImageDirectory.OpenForChange(_temp.Path);
        _store = new CheckpointStore(_directory);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void The_end_of_the_program_does_not_replace_the_run_record_of_the_other_pod()
    {
        RunJournal journal = new(_store, Record("this-pod", _store.Epoch), Deadline.Never);
        journal.Begin();
        Lose();

        journal.End(RunEndKind.Exited, new ExitStatus(0, 0), afterSigterm: false);

        Assert.Equal("other-pod", _store.ReadRunRecord()?.HostName);
        Assert.Equal(0, _store.ReadRunRecord()?.HistoryUpTo);
    }

    [Fact]
    public void A_fresh_program_is_not_started_beside_the_other_pods()
    {
        RunJournal journal = new(_store, Record("this-pod", _store.Epoch), Deadline.Never);
        Lose();

        Assert.Contains("other-pod", Assert.Throws<CheckpointException>(journal.Begin).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_checkpoint_is_removed()
    {
        Lose();

        _store.Prune([1]);

        Assert.Equal([2, 1], _store.Generations());
    }

    [Fact]
    public void No_checkpoint_is_set_aside()
    {
        Lose();

        Assert.Equal(_store.PathOf(2), _store.Quarantine(2, []));

        Assert.Equal([2, 1], _store.Generations());
    }

    [Fact]
    public void No_checkpoint_is_rolled_back_to()
    {
        Lose();

        Assert.Throws<CheckpointException>(() => _store.RollBack(1, default));

        Assert.Null(_store.ReadRunRecord()?.End);
    }

    [Fact]
    public void A_draft_of_the_other_pod_is_not_swept_away()
    {
        string draft = _temp.In(".staging-3.7");
        Directory.CreateDirectory(draft);
        Lose();

        _store.SweepUnfinished();

        Assert.True(Directory.Exists(draft));
    }

    [Fact]
    public void No_draft_and_no_log_of_a_dump_is_added()
    {
        using CheckpointDraft draft = _store.Begin();
        File.WriteAllText(Path.Combine(draft.ImagesPath, "dump.log"), "why");
        Lose();

        Assert.Throws<CheckpointException>(_store.Begin);
        Assert.Null(_store.KeepDumpLog(draft));

        Assert.Single(Directory.GetDirectories(_temp.Path, ".staging-*"));
        Assert.Empty(Directory.GetFiles(_temp.In("failed")));
    }

    [Fact]
    public void A_committed_checkpoint_is_not_taken_back()
    {
        using CheckpointDraft draft = _store.Begin();
        draft.Seal(CheckpointFixture.Manifest(draft.Generation, "app", []));
        draft.Commit();
        Lose();

        Assert.Throws<CheckpointException>(draft.TakeBack);

        Assert.True(Directory.Exists(_store.PathOf(draft.Generation)));
    }

    [Fact]
    public void The_other_pod_restores_the_same_checkpoint_in_another_directory()
    {
        string ours = _store.NewRestoreDirectory(2, 0);
        _directory.Dispose();
        using ImageDirectory directory = CheckpointFixture.Reopen(_temp.Path);

        Assert.NotEqual(ours, new CheckpointStore(directory).NewRestoreDirectory(2, 0));
    }

    /// <summary>The other pod could not write its name, because the volume was full at that moment.</summary>
    [Fact]
    public void A_run_record_with_a_higher_epoch_tells_that_another_pod_has_the_lock()
    {
        _store.WriteRunRecord(Record("other-pod", _store.Epoch + 1));
        WriteLock([]);

        _store.Prune([1]);

        Assert.Equal([2, 1], _store.Generations());
    }

    [Fact]
    public void A_holder_counts_on_from_the_run_record_when_the_lock_has_no_name()
    {
        _store.WriteRunRecord(Record("this-pod", 41));
        WriteLock([]);
        _directory.Dispose();

        using ImageDirectory next = CheckpointFixture.Reopen(_temp.Path);

        Assert.Equal(42, next.Epoch);
    }

    [Fact]
    public void An_epoch_that_cannot_be_counted_up_counts_as_damage()
    {
        WriteLock(CheckpointJson.Write(Holder(long.MaxValue)));
        File.WriteAllBytes(_temp.In("run.json"), CheckpointJson.Write(Record("this-pod", long.MaxValue)));
        _directory.Dispose();

        using ImageDirectory next = CheckpointFixture.Reopen(_temp.Path);

        Assert.Equal(1, next.Epoch);
        Assert.True(next.MayChange());
    }

    private static RunRecord Record(string host, long epoch) => new() { RunId = "r", StartedAt = DateTimeOffset.UnixEpoch, HostName = host, Epoch = epoch };

    private static LockHolder Holder(long epoch) => new("other-pod", 1, DateTimeOffset.UnixEpoch, epoch);

    /// <summary>Another pod takes the lock and records its start.</summary>
    private void Lose()
    {
        WriteLock(CheckpointJson.Write(Holder(_store.Epoch + 1)));
        File.WriteAllBytes(_temp.In("run.json"), CheckpointJson.Write(Record("other-pod", _store.Epoch + 1)));
    }

    private void WriteLock(byte[] text)
    {
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDWR); // System.IO.File would ask for the lock
        Libc.SetSize(file, 0);
        Libc.Write(file, text, "lock");
    }
}
