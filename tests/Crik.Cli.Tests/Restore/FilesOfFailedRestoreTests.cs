using Crik.Configuration;
using Crik.Criu;
using Crik.Restore;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

public sealed class FilesOfFailedRestoreTests : IDisposable
{
    private static readonly CriuEvent[] s_restores =
        [CriuEvent.Notifies("pre-restore"), CriuEvent.Notifies("post-restore"), CriuEvent.Notifies("pre-resume"), CriuEvent.Answers(CriuRequest.Restore, success: true)];

    private readonly TempDirectory _state = new();
    private readonly RestoreFixture _fixture = new(1);
    private readonly ScriptedInit _init = new();

    public void Dispose()
    {
        _fixture.Dispose();
        _state.Dispose();
    }

    [Fact]
    public void Files_that_several_attempts_put_back_are_all_removed_before_an_older_checkpoint_is_restored()
    {
        string[] free = [_state.In("a"), _state.In("z")];
        string taken = _state.In("m");
        Array.ForEach([.. free, taken], file => File.WriteAllText(file, "then"));
        _fixture.AddWithFiles(2, _state.Path);
        Array.ForEach([.. free, taken], File.Delete);
        Directory.CreateDirectory(Path.Combine(taken, "in the way")); // so that each attempt makes some of the files and then fails
        RestorePolicy policy = _fixture.Policy with { AdditionalPaths = [_state.Path] };
        ScriptedRestoredTree tree = new(_init);

        RestoreOutcome restored = new RestoreProcedure(
            _fixture.Pod(_init, new ScriptedCriu([CriuEvent.Version(), .. s_restores])), policy, tree, new(["app", "--flag"], []), lastEnd: null).Run([2, 1]);

        Assert.Equal(1, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsSetAside(2));
        Assert.Equal([taken], Directory.GetFileSystemEntries(_state.Path));
    }
}
