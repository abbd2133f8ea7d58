using System.Diagnostics;
using Crik.Configuration;
using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Save;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Save;

public sealed class SaveProcedureTests : IDisposable
{
    private static readonly CriuEvent[] s_good =
        [CriuEvent.Version(), CriuEvent.Notifies("query-ext-files"), CriuEvent.Notifies("post-dump"), CriuEvent.Answers(CriuRequest.Dump, success: true)];

    private static readonly CriuEvent[] s_bad = [CriuEvent.Version(), CriuEvent.Notifies("query-ext-files"), CriuEvent.Answers(CriuRequest.Dump, success: false)];

    private readonly SaveFixture _fixture = new();
    private readonly ScriptedInit _init = new();
    private readonly ChildProcess _program = new(ScriptedInit.NobodysPid - 1);

    public SaveProcedureTests()
    {
        _init.Program = _program;
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_dump_that_failed_for_an_unknown_reason_is_tried_once_more()
    {
        ScriptedCriu criu = new(s_bad, s_good);

        Assert.IsType<SaveOutcome.Committed>(Run(criu));
        Assert.Equal(2, criu.Started.Count);
    }

    [Fact]
    public void A_dump_that_failed_twice_is_not_tried_again()
    {
        ScriptedCriu criu = new(s_bad, s_bad, s_good);

        Assert.IsType<SaveOutcome.Failed>(Run(criu));
        Assert.Equal(2, criu.Started.Count);
        Assert.Empty(_fixture.New());
    }

    [Fact]
    public void No_second_criu_is_started_after_one_that_ended_without_an_answer()
    {
        ScriptedCriu criu = new([CriuEvent.Version(), CriuEvent.Notifies("query-ext-files"), new CriuEvent.Ends()], s_good);

        Assert.IsType<SaveOutcome.Failed>(Run(criu));
        Assert.Single(criu.Started);
    }

    [Fact]
    public void A_cause_that_lasts_is_not_tried_again()
    {
        ScriptedCriu criu = new(Failing("Unsupported io_uring"), s_good);

        SaveOutcome.Failed failed = Assert.IsType<SaveOutcome.Failed>(Run(criu));

        Assert.Single(criu.Started);
        Assert.Contains(CriuLog.UsesIoUring, failed.Reason, StringComparison.Ordinal);
        Assert.Contains("dump-2.log", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Crik_waits_for_a_cause_outside_the_program_to_pass()
    {
        CriuEvent[] probe = Failing("External socket is used");
        int waits = 0;
        _init.WhenWaiting = () => waits++;

        ScriptedCriu criu = new(probe, probe, probe, probe, s_good);

        Assert.IsType<SaveOutcome.Committed>(Run(criu));
        Assert.True(waits >= 4, $"it waited {waits} times");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Undelivered_data_is_dropped_at_the_second_attempt_if_the_program_is_to_end(bool leaveRunning)
    {
        ScriptedTree tree = new(_program);

        Assert.IsType<SaveOutcome.Committed>(Run(new(Failing("in-flight socket"), s_good), tree, leaveRunning));
        Assert.Equal(!leaveRunning, tree.UndeliveredWasDropped);
    }

    [Fact]
    public void A_program_that_lost_a_process_at_the_first_attempt_is_not_saved_at_the_second()
    {
        SaveOutcome outcome = Run(new(s_bad, s_good), new ScriptedTree(_program) { LostOne = true });

        Assert.Contains("died when the attempt before failed", Assert.IsType<SaveOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Empty(_fixture.New());
    }

    [Fact]
    public void The_init_does_not_wake_a_stopped_job_of_the_tree()
    {
        _init.WhenCommitWasAllowed = _init.TakeProgramAway;

        Run(new([s_good]));

        Assert.Contains((_program.Pid, Crik.Linux.Signal.SIGCONT), _init.Sent);
        Assert.DoesNotContain((_program.Pid + 2, Crik.Linux.Signal.SIGCONT), _init.Sent);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_taken_back_is_reported()
    {
        _init.WhenCommitWasAllowed = _init.TakeProgramAway;
        _init.WhenCommitted = () => Directory.CreateDirectory(Path.Combine(_fixture.ImageDir, $".staging-2.{_fixture.Epoch}", "in the way"));
        ScriptedTree tree = new(_program);
        ScriptedCriu criu = new(s_good, s_good);

        SaveOutcome outcome = Run(criu, tree);

        Assert.Contains("could not be taken back", Assert.IsType<SaveOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.False(tree.IsHeld);
        Assert.Single(criu.Started);
    }

    [Fact]
    public void The_search_for_watched_files_may_take_an_eighth_of_the_time_that_is_left()
    {
        ScriptedTree tree = new(_program);

        Assert.IsType<SaveOutcome.Committed>(Run(new([s_good]), tree));

        Assert.InRange(tree.TimeForSearch!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10) / 8);
    }

    [Fact]
    public void The_time_that_others_need_to_write_their_files_to_the_disk_does_not_count_as_crik_s_own()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(500);
        using BlockedFile manifest = new(pause);
        CriuEvent[] script = [.. s_good[..2], new CriuEvent.Meanwhile(() => manifest.Make(Path.Combine(_fixture.Unfinished().Order().Last(), "manifest.json"))), .. s_good[2..]];
        Stopwatch clock = Stopwatch.StartNew();

        SaveOutcome outcome = Run(new([script]));

        Assert.True(manifest.HasBlocked);
        Assert.True(clock.Elapsed - Assert.IsType<SaveOutcome.Committed>(outcome).Writing >= pause, "what follows the pages must not count");
    }

    [Fact]
    public void A_tree_that_could_not_be_restored_is_reported_before_criu_is_started()
    {
        ScriptedCriu criu = new([s_good]);

        Assert.Equal("no way", Assert.IsType<SaveOutcome.Failed>(Run(criu, new ScriptedTree(_program) { Objects = "no way" })).Reason);
        Assert.Empty(criu.Started);
    }

    [Fact]
    public void A_program_that_is_larger_than_the_volume_is_not_frozen()
    {
        ScriptedCriu criu = new([s_good]);

        SaveOutcome outcome = Run(criu, new ScriptedTree(_program) { Bytes = long.MaxValue / 2 });

        Assert.Contains("MiB free", Assert.IsType<SaveOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Equal(0, criu.Started.Single().Notifications);
        Assert.Equal(SavePhase.None, _init.State.Phase);
    }

    [Fact]
    public void A_program_that_cannot_be_written_in_time_is_not_frozen()
    {
        ScriptedCriu criu = new([s_good]);
        RunRecord run = SaveFixture.Run with { Speeds = new WriteSpeeds([1000, 1000], []) };

        SaveOutcome outcome = Run(criu, new ScriptedTree(_program) { Bytes = WriteSpeeds.LeastBytes }, run: run);

        Assert.Contains("raise gracePeriod", Assert.IsType<SaveOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Equal(0, criu.Started.Single().Notifications);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_that_got_its_SIGTERM_while_criu_was_started_is_not_frozen(bool leaveRunning)
    {
        _init.Receive(Crik.Linux.Signal.SIGTERM);
        ScriptedCriu criu = new([new CriuEvent.Meanwhile(_init.TakeProgramAway), .. s_good]);

        SaveOutcome outcome = Run(criu, leaveRunning: leaveRunning);

        Assert.Equal(SaveAttempt.LetGoByInit, Assert.IsType<SaveOutcome.Failed>(outcome).Reason);
        Assert.Equal(0, criu.Started.Single().Notifications);
        Assert.Empty(_fixture.New());
        Assert.Equal(SavePhase.None, _init.State.Phase);
    }

    [Fact]
    public void Signals_reach_the_program_until_criu_is_about_to_hold_it()
    {
        bool? wasSent = null;
        CriuEvent signal = new CriuEvent.Meanwhile(() =>
        {
            _init.Receive(Crik.Linux.Signal.SIGHUP);
            wasSent = _init.Sent.Contains((_program.Pid, Crik.Linux.Signal.SIGHUP));
        });

        Run(new([signal, new CriuEvent.Ends()]));

        Assert.True(wasSent, "the signal was kept back although criu might not answer for a long time");
    }

    [Fact]
    public void A_criu_that_does_not_tell_its_version_is_asked_once_more()
    {
        ScriptedCriu criu = new([new CriuEvent.Ends()], [new CriuEvent.KeepsSilent()], s_good);

        Assert.Contains("does not answer", Assert.IsType<SaveOutcome.Failed>(Run(criu)).Reason, StringComparison.Ordinal);
        Assert.Equal(2, criu.Started.Count);
        Assert.Equal(SavePhase.None, _init.State.Phase);
    }

    [Fact]
    public void An_older_criu_is_not_told_to_compress()
    {
        CriuEvent[] older = [CriuEvent.Version(40101), .. s_good[1..]];

        SaveOutcome outcome = Run(new([older]), policy: _fixture.Policy with { Compression = Compression.Lz4 });

        Assert.Null(Assert.IsType<SaveOutcome.Committed>(outcome).CompressedBytes);
    }

    /// <summary>A criu that fails with this line in its log.</summary>
    private CriuEvent[] Failing(string error) =>
    [
        .. s_bad[..2],
        new CriuEvent.Meanwhile(() => File.WriteAllText(
            Path.Combine(_fixture.Unfinished().Order().Last(), "images", "dump.log"), $"(00.012345)      1: Error (criu/x.c:1): {error}\n")),
        s_bad[2],
    ];

    private SaveOutcome Run(ScriptedCriu criu, ScriptedTree? tree = null, bool leaveRunning = false, RunRecord? run = null, SavePolicy? policy = null) =>
        new SaveProcedure(_fixture.Pod(_init, criu), policy ?? _fixture.Policy, tree ?? new ScriptedTree(_program))
            .Run(new SaveRequest(_program, run ?? SaveFixture.Run, new ProgramIdentity(["app"], []), leaveRunning, Deadline.In(TimeSpan.FromMinutes(10))));
}
