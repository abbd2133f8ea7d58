using Crik.Store;

namespace Crik.Tests.Store;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly TempDirectory _outside = new();

    public void Dispose()
    {
        _temp.Dispose();
        _outside.Dispose();
    }

    [Fact]
    public void A_link_to_a_checkpoint_is_refused_and_its_number_is_not_used_again()
    {
        CheckpointFixture.Add(_temp, 1);
        File.CreateSymbolicLink(_temp.In("checkpoints", "2"), CheckpointFixture.Add(_outside, 2));
        Directory.CreateDirectory(_temp.In("failed"));
        File.CreateSymbolicLink(_temp.In("failed", "3"), CheckpointFixture.Add(_outside, 3));

        InStore(store =>
        {
            Assert.Equal([1], store.Generations());
            Assert.Null(store.NewestSetAside());
            Assert.Contains("it is a link", Assert.Throws<CheckpointException>(() => store.RollBack(2, default)).Message, StringComparison.Ordinal);
            Assert.Contains("it is a link", Assert.Throws<CheckpointException>(() => store.RollBack(3, default)).Message, StringComparison.Ordinal);
            using CheckpointDraft draft = store.Begin();
            Assert.Equal(4, draft.Generation);
        });
    }

    [Fact]
    public void Logs_of_a_failed_restore_replace_a_link_and_do_not_follow_it()
    {
        CheckpointFixture.Add(_temp, 2);
        Directory.CreateDirectory(_temp.In("failed"));
        File.CreateSymbolicLink(_temp.In("failed", "2"), _outside.Path);
        File.WriteAllText(_temp.In("restore.log"), "why");

        InStore(store => store.Quarantine(2, [_temp.In("restore.log")]));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_outside.Path));
        Assert.Null(new DirectoryInfo(_temp.In("failed", "2")).LinkTarget);
        Assert.Equal("why", File.ReadAllText(_temp.In("failed", "2", "restore.log")));
    }

    [Fact]
    public void The_newest_three_logs_of_failed_dumps_are_kept()
    {
        Directory.CreateDirectory(_temp.In("failed"));
        for (int number = 7; number <= 9; number++) // from a run whose numbers were higher
        {
            File.WriteAllText(_temp.In("failed", $"dump-{number}.log"), "");
            File.SetLastWriteTimeUtc(_temp.In("failed", $"dump-{number}.log"), DateTime.UnixEpoch.AddDays(number));
        }

        string[] kept = new string[2];
        InStore(store =>
        {
            for (int i = 0; i < kept.Length; i++)
            {
                using CheckpointDraft draft = store.Begin();
                string log = Path.Combine(draft.ImagesPath, "dump.log");
                File.WriteAllText(log, "why");
                File.SetLastWriteTimeUtc(log, DateTime.UnixEpoch.AddDays(100 + i));
                kept[i] = store.KeepDumpLog(draft)!;
            }
        });

        Assert.Equal(["dump-1.log", "dump-2.log", "dump-9.log"], Directory.GetFiles(_temp.In("failed")).Select(Path.GetFileName).Order());
        Assert.Equal([_temp.In("failed", "dump-1.log"), _temp.In("failed", "dump-2.log")], kept);
    }

    [Fact]
    public void The_newest_log_is_kept_even_if_the_clock_was_set_back()
    {
        Directory.CreateDirectory(_temp.In("failed"));
        for (int number = 7; number <= 9; number++)
        {
            File.WriteAllText(_temp.In("failed", $"dump-{number}.log"), "");
        }

        InStore(store =>
        {
            using CheckpointDraft draft = store.Begin();
            File.WriteAllText(Path.Combine(draft.ImagesPath, "dump.log"), "why");
            File.SetLastWriteTimeUtc(Path.Combine(draft.ImagesPath, "dump.log"), DateTime.UnixEpoch);
            Assert.True(File.Exists(store.KeepDumpLog(draft)));
        });

        Assert.Equal(3, Directory.GetFiles(_temp.In("failed")).Length);
    }

    private void InStore(Action<CheckpointStore> act)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(_temp.Path);
        act(new CheckpointStore(directory));
    }
}
