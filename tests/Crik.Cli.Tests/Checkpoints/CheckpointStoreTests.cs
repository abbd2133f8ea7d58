using Crik.Checkpoints;

namespace Crik.Tests.Checkpoints;

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
    public void A_link_to_a_checkpoint_elsewhere_is_none_and_its_number_is_taken()
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
    public void Logs_of_a_failed_restore_stay_inside_where_a_link_had_their_place()
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

    private void InStore(Action<CheckpointStore> act)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(_temp.Path);
        act(new CheckpointStore(directory));
    }
}
