using System.Diagnostics;
using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Restore;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

public sealed class MissingPagesTests : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _temp = new();
    private readonly ScriptedInit _init = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_wait_for_the_missing_pages_ends_when_the_last_one_is_there_although_no_process_ends_then()
    {
        ChildProcess? source = null;
        _init.WhenStarted = started => source = started;
        MissingPages missing = new(_init, LazyPagesProcess.Start(_init, "/usr/sbin/criu", _temp.Path, _temp.Path, _temp.In("criu.out")), _temp.Path, total: 1 << 20, () => { });
        _init.Program = new ChildProcess(ScriptedInit.NobodysPid - 1);
        missing.StartThread(thread => thread.Start());
        missing.Watch();
        Stopwatch clock = Stopwatch.StartNew();

        source!.NoteEnd(0); // the thread that watches notices it later, when the run waits already
        missing.Wait(() => false, Deadline.In(s_longest));

        Assert.False(missing.AreComing);
        Assert.True(clock.Elapsed < s_longest, $"it took {clock.Elapsed}");
    }
}
