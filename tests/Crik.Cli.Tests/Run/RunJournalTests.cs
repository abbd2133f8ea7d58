using Crik.Init;
using Crik.Linux;
using Crik.Run;
using Crik.Store;
using Crik.Tests.Save;

namespace Crik.Tests.Run;

public sealed class RunJournalTests : IDisposable
{
    private readonly SaveFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(true, SaveFixture.Older)] // a large program that hangs is saved for longer than settleTime
    [InlineData(false, null)]
    public void After_SIGTERM_no_time_passes_for_the_state(bool afterSigterm, int? state)
    {
        RunJournal journal = new(_files.Store, SaveFixture.Run with { RestoredFrom = SaveFixture.Older, State = SaveFixture.Older }, Deadline.In(TimeSpan.Zero));

        journal.End(RunEndKind.Checkpointed, new ExitStatus(143, 0), afterSigterm);

        Assert.Equal(state, _files.Store.ReadRunRecord()!.State);
    }
}
