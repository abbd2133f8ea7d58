using Crik.Linux;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class CheckpointDraftTests : IDisposable
{
    private readonly TempDirectory _temp = TempDirectory.Below("/dev/shm");
    private readonly ImageDirectory _directory;
    private readonly CheckpointStore _store;

    public CheckpointDraftTests()
    {
        _directory = ImageDirectory.OpenForChange(_temp.Path);
        _store = new CheckpointStore(_directory);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_checkpoint_exists_only_after_its_commit()
    {
        using CheckpointDraft draft = Seal();
        Assert.Empty(_store.Generations());

        draft.Commit();

        Assert.Equal([draft.Generation], _store.Generations());
        Assert.True(draft.IsCommitted);
    }

    [Fact]
    public void A_commit_can_be_taken_back()
    {
        using (CheckpointDraft draft = Seal())
        {
            draft.Commit();
            draft.TakeBack();
        }

        _store.RemoveLeftovers(() => false);
        Assert.Empty(_store.Generations());
        Assert.Empty(Directory.GetDirectories(_temp.Path, ".*"));
    }

    [Fact]
    public void Nothing_is_committed_when_another_crik_has_written_its_name_into_the_lock() =>
        AssertRefused(() => WriteHolder(new LockHolder("other-pod", 1, DateTimeOffset.UtcNow, _directory.Epoch + 1)), "other-pod");

    [Fact]
    public void Nothing_is_committed_when_the_lock_is_another_file() => AssertRefused(() =>
    {
        File.Move(_temp.In("lock"), _temp.In("lock.old"));
        File.WriteAllBytes(_temp.In("lock"), CheckpointJson.Write(new LockHolder("other-pod", 1, DateTimeOffset.UtcNow, _directory.Epoch)));
    }, "other-pod");

    [Fact]
    public void Nothing_is_committed_when_the_lock_is_gone() => AssertRefused(() => File.Delete(_temp.In("lock")), "another crik");

    [Fact]
    public void An_empty_lock_file_does_not_prevent_a_commit()
    {
        using CheckpointDraft draft = Seal();
        Truncate();

        draft.Commit();

        Assert.Equal([draft.Generation], _store.Generations());
    }

    [Fact]
    public void Each_new_holder_of_the_lock_gets_the_next_epoch()
    {
        long first = _directory.Epoch;
        _directory.Dispose();

        using ImageDirectory second = CheckpointFixture.Reopen(_temp.Path);

        Assert.Equal(first + 1, second.Epoch);
    }

    [Fact]
    public void The_removal_of_leftovers_can_stop_and_go_on_later()
    {
        _store.Begin().Dispose();
        string staging = Directory.GetDirectories(_temp.Path, ".staging-*").Single();
        for (int i = 0; i < 10; i++)
        {
            File.WriteAllText(Path.Combine(staging, "images", $"{i}"), "");
        }

        int asked = 0;
        _store.RemoveLeftovers(() => ++asked > 5);
        int left = Directory.GetFiles(Path.Combine(staging, "images")).Length;

        Assert.InRange(left, 1, 9);
        _store.RemoveLeftovers(() => false);
        Assert.False(Directory.Exists(staging));
    }

    [Fact]
    public void A_checkpoint_that_is_there_already_is_not_overwritten()
    {
        using CheckpointDraft draft = Seal();
        string other = _temp.In("checkpoints", $"{draft.Generation}", "other");
        Directory.CreateDirectory(other);

        Assert.Throws<LinuxException>(draft.Commit);

        Assert.True(Directory.Exists(other));
        Assert.False(draft.IsCommitted);
    }

    [Fact]
    public void Two_holders_of_the_lock_make_the_same_generation_in_different_directories()
    {
        using CheckpointDraft first = _store.Begin();
        _directory.Dispose();
        using ImageDirectory directory = CheckpointFixture.Reopen(_temp.Path);
        using CheckpointDraft second = new CheckpointStore(directory).Begin();

        Assert.Equal(first.Generation, second.Generation);
        Assert.Equal(2, Directory.GetDirectories(_temp.Path, ".staging-*").Length);
    }

    [Fact]
    public void A_link_inside_of_what_is_left_over_is_removed_and_not_followed()
    {
        using TempDirectory outside = new();
        File.WriteAllText(outside.In("kept"), "");
        Directory.CreateDirectory(_temp.In(".staging-7"));
        File.CreateSymbolicLink(_temp.In(".staging-7", "images"), outside.Path);
        Leftovers leftovers = new();
        leftovers.Add(_temp.In(".staging-7"));

        leftovers.Remove(() => false);

        Assert.True(File.Exists(outside.In("kept")));
        Assert.False(Directory.Exists(_temp.In(".staging-7")));
    }

    [Fact]
    public void The_lock_is_never_without_a_name_while_it_changes_hands()
    {
        long size = new FileInfo(_temp.In("lock")).Length;
        _directory.Dispose();

        using ImageDirectory second = CheckpointFixture.Reopen(_temp.Path);

        Assert.Equal(size, new FileInfo(_temp.In("lock")).Length);
        Assert.Contains($"{second.Epoch}", ReadLock(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_among_the_leftovers_is_removed_and_not_followed()
    {
        using TempDirectory outside = new();
        File.WriteAllText(outside.In("kept"), "");
        Leftovers leftovers = new();
        File.CreateSymbolicLink(_temp.In(".staging-7"), outside.Path);
        leftovers.Add(_temp.In(".staging-7"));

        leftovers.Remove(() => false);

        Assert.True(File.Exists(outside.In("kept")));
        Assert.Null(new FileInfo(_temp.In(".staging-7")).LinkTarget);
    }

    private CheckpointDraft Seal()
    {
        CheckpointDraft draft = _store.Begin();
        draft.Seal(CheckpointFixture.Manifest(draft.Generation, "app", []));
        return draft;
    }

    private void AssertRefused(Action happens, string name)
    {
        using (CheckpointDraft draft = Seal())
        {
            happens();

            CheckpointException exception = Assert.Throws<CheckpointException>(draft.Commit);
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
            Assert.False(draft.IsCommitted);
        }

        Assert.Empty(Directory.GetDirectories(_temp.In("checkpoints")));
    }

    private void Truncate()
    {
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDWR); // System.IO.File would ask for the lock
        Libc.SetSize(file, 0);
    }

    private string ReadLock()
    {
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDONLY);
        byte[] text = new byte[4096];
        return System.Text.Encoding.UTF8.GetString(text, 0, Libc.ReadAt(file, 0, text));
    }

    private void WriteHolder(LockHolder holder)
    {
        using FileDescriptor file = Libc.Open(_temp.In("lock"), Libc.O_RDWR);
        Libc.SetSize(file, 0);
        Libc.Write(file, CheckpointJson.Write(holder), "lock");
    }
}
