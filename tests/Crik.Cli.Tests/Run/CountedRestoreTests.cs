using Crik.Configuration;
using Crik.Criu;
using Crik.Restore;
using Crik.Run;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;
using Crik.Tests.Restore;
using Crik.Tests.Save;

namespace Crik.Tests.Run;

public sealed class CountedRestoreTests : IDisposable
{
    private static readonly CriuEvent[] s_version = [CriuEvent.Version()];
    private static readonly CriuEvent[] s_restores =
        [CriuEvent.Notifies("pre-restore"), CriuEvent.Notifies("post-restore"), CriuEvent.Notifies("pre-resume"), CriuEvent.Answers(CriuRequest.Restore, success: true)];

    private readonly RestoreFixture _fixture = new(1, 2);
    private readonly ScriptedInit _init = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_restore_counts_by_its_result_and_a_checkpoint_that_was_set_aside_counts_too()
    {
        _fixture.Damage(2);
        CountedRestore counted = Counted(new([.. s_version, .. s_restores]), WhenRestoreFails.StartFresh, out RestoreProcedure procedure);

        Assert.IsType<RestoreOutcome.Restored>(counted.Run(procedure, [2, 1], RestoreReason.RolledBack));

        Assert.Equal(1, counted.Totals.Restores((int)RestoreResult.Restored, (int)RestoreReason.RolledBack));
        Assert.Equal(1, counted.Totals.SetAside);
        Assert.Equal(3, procedure.Meter.Figures!.Steps.Length);
        Assert.Null(_fixture.Store.ReadRunRecord()!.Totals); // the run that begins now writes them
    }

    [Fact]
    public void A_restore_that_fails_counts_in_the_record_of_the_last_run_and_changes_nothing_else_there()
    {
        _fixture.Damage(2);
        _fixture.Damage(1);
        CountedRestore counted = Counted(new(s_version), WhenRestoreFails.Fail, out RestoreProcedure procedure);
        RunRecord before = _fixture.Store.ReadRunRecord()!;

        Assert.Throws<CheckpointException>(() => counted.Run(procedure, [2, 1], RestoreReason.Checkpointed));

        RunRecord after = _fixture.Store.ReadRunRecord()!;
        Assert.Equal((1, 2), (after.Totals!.Restores((int)RestoreResult.Failed, (int)RestoreReason.Checkpointed), after.Totals.SetAside));
        Assert.True(after.Totals.LastMs((int)RunProblem.RestoreFailed) > 0);
        Assert.Equivalent(before, after with { Totals = null, Epoch = before.Epoch }, strict: true);
    }

    [Fact]
    public void A_restore_that_SIGTERM_interrupts_counts_in_the_record_of_the_last_run()
    {
        CountedRestore counted = Counted(
            new([.. s_version, new CriuEvent.Meanwhile(() => _init.Receive(Crik.Linux.Signal.SIGTERM)), new CriuEvent.KeepsSilent()]), WhenRestoreFails.Fail, out RestoreProcedure procedure);

        Assert.IsType<RestoreOutcome.Interrupted>(counted.Run(procedure, [2], RestoreReason.Crashed));

        Assert.Equal(1, _fixture.Store.ReadRunRecord()!.Totals!.Restores((int)RestoreResult.Interrupted, (int)RestoreReason.Crashed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // a checkpoint that was set aside is a failure, whatever follows
    public void A_slot_that_is_given_back_counts_a_failed_restore_in_its_record(bool allowsFreshStart)
    {
        _fixture.Damage(2);
        _fixture.Damage(1);
        CountedRestore counted = Counted(new(s_version), allowsFreshStart ? WhenRestoreFails.StartFresh : WhenRestoreFails.Fail, out RestoreProcedure procedure, restoresOnly: true);

        RestoreOutcome.Refused refused = Assert.IsType<RestoreOutcome.Refused>(counted.Run(procedure, [2, 1], RestoreReason.Checkpointed));

        Assert.Equal(allowsFreshStart, refused.AllowsFreshStart);
        RunTotals after = _fixture.Store.ReadRunRecord()!.Totals!;
        Assert.Equal((1, 2), (after.Restores((int)RestoreResult.Failed, (int)RestoreReason.Checkpointed), after.SetAside));
    }

    [Fact]
    public void A_slot_with_the_state_of_another_program_is_given_back_without_a_count()
    {
        CountedRestore counted = Counted(new(s_version), WhenRestoreFails.Fail, out RestoreProcedure procedure, restoresOnly: true, command: "other");

        RestoreOutcome.Refused refused = Assert.IsType<RestoreOutcome.Refused>(counted.Run(procedure, [2], RestoreReason.Checkpointed));

        Assert.True(refused.AllowsFreshStart);
        Assert.StartsWith("checkpoint 2 belongs to another program", refused.Reason, StringComparison.Ordinal);
        Assert.True(_fixture.IsInPlace(2));
        Assert.Null(_fixture.Store.ReadRunRecord()!.Totals);
    }

    [Fact]
    public void A_start_without_a_checkpoint_counts_nothing()
    {
        CountedRestore counted = Counted(new(), WhenRestoreFails.StartFresh, out RestoreProcedure procedure);

        Assert.IsType<RestoreOutcome.Fresh>(counted.Run(procedure, [], RestoreReason.Crashed));

        Assert.All(Enumerable.Range(0, RunTotals.Names.Count), i => Assert.Equal(0, counted.Totals[i]));
    }

    private CountedRestore Counted(ScriptedCriu criu, WhenRestoreFails whenRestoreFails, out RestoreProcedure procedure, bool restoresOnly = false, string command = "app")
    {
        Pod pod = _fixture.Pod(_init, criu);
        _fixture.Store.WriteRunRecord(SaveFixture.Run with { HistoryUpTo = 0, EarlyEnds = 1 });
        procedure = new(pod, _fixture.Policy with { WhenRestoreFails = whenRestoreFails }, new ScriptedRestoredTree(_init), new([command, "--flag"], []), lastEnd: null) { RestoresOnly = restoresOnly };
        return new CountedRestore(pod, _fixture.Store.ReadRunRecord(), RunTotals.None);
    }
}
