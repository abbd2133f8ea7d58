using Crik.Configuration;
using Crik.Criu;
using Crik.Init;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

public sealed class RestoreProcedureTests : IDisposable
{
    private static readonly CriuEvent[] s_restores =
        [CriuEvent.Notifies("pre-restore"), CriuEvent.Notifies("post-restore"), CriuEvent.Notifies("pre-resume"), CriuEvent.Answers(CriuRequest.Restore, success: true)];

    private static readonly CriuEvent[] s_fails = [CriuEvent.Answers(CriuRequest.Restore, success: false)];

    private readonly RestoreFixture _fixture = new(1, 2);
    private readonly ScriptedInit _init = new();
    private readonly ScriptedRestoredTree _tree;

    public RestoreProcedureTests()
    {
        _tree = new ScriptedRestoredTree(_init);
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void The_newest_checkpoint_is_restored_and_the_others_stay()
    {
        RestoreOutcome restored = Run(new([First(s_restores)]));

        Assert.Equal(2, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
    }

    [Fact]
    public void The_restored_file_is_there_before_the_program_runs()
    {
        bool wasThere = false;
        List<CriuEvent> script = [.. First(s_restores)];
        script.Insert(script.Count - 1, new CriuEvent.Meanwhile(() => wasThere = File.Exists(_fixture.RestoredFile)));

        Run(new([script]));

        Assert.True(wasThere);
        Assert.Contains("\"generation\": 2", File.ReadAllText(_fixture.RestoredFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_set_aside_and_the_one_before_is_restored()
    {
        _fixture.Damage(2);

        RestoreOutcome restored = Run(new([First(s_restores)]));

        Assert.Equal(1, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsSetAside(2));
    }

    [Fact]
    public void A_checkpoint_that_criu_refuses_every_time_is_set_aside_with_its_log()
    {
        CriuEvent.Meanwhile logs = new(() => _fixture.WriteRestoreLog(2, "what is wrong"));
        ScriptedCriu criu = new(First(s_fails), [logs, .. s_fails], s_restores);

        RestoreOutcome restored = Run(criu);

        Assert.Equal(1, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsSetAside(2));
        Assert.Contains("what is wrong", File.ReadAllText(Path.Combine(_fixture.Store.PathOf(2), "../../failed/2/restore.log")), StringComparison.Ordinal);
        Assert.Equal(3, criu.Started.Count);
    }

    [Fact]
    public void A_second_attempt_may_succeed()
    {
        RestoreOutcome restored = Run(new(First(s_fails), s_restores));

        Assert.Equal(2, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsInPlace(2));
    }

    [Fact]
    public void When_no_checkpoint_works_the_program_starts_afresh()
    {
        RestoreOutcome restored = Run(new(First(s_fails), s_fails, s_fails, s_fails));

        Assert.False(Assert.IsType<RestoreOutcome.Fresh>(restored).GivesUpNothing);
        Assert.True(_fixture.IsSetAside(1) && _fixture.IsSetAside(2));
    }

    [Fact]
    public void When_no_checkpoint_works_and_a_fresh_start_is_forbidden_crik_ends()
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(
            () => Run(new(First(s_fails), s_fails, s_fails, s_fails), _fixture.Policy with { WhenRestoreFails = WhenRestoreFails.Fail }));

        Assert.Equal(FailureKind.CheckpointNotRestored, exception.Kind);
    }

    [Fact]
    public void Without_checkpoints_the_program_starts_afresh() =>
        Assert.True(Assert.IsType<RestoreOutcome.Fresh>(Run(new(), generations: [])).GivesUpNothing);

    [Fact]
    public void A_checkpoint_that_an_earlier_start_set_aside_forbids_a_fresh_start_too()
    {
        _fixture.Store.Quarantine(2, []);
        _fixture.Store.Quarantine(1, []);

        CheckpointException exception = Assert.Throws<CheckpointException>(
            () => Run(new(), _fixture.Policy with { WhenRestoreFails = WhenRestoreFails.Fail }, generations: []));

        Assert.Contains("checkpoint 2", exception.Message, StringComparison.Ordinal);
        Assert.IsType<RestoreOutcome.Fresh>(Run(new(), generations: []));
    }

    [Fact]
    public void The_files_of_a_checkpoint_that_is_not_restored_are_gone_for_the_next_one_and_for_a_fresh_start()
    {
        string state = _fixture.AddWithLostFiles(2, "a", "b");
        List<bool> seen = [];
        CriuEvent.Meanwhile look = new(() => seen.Add(File.Exists(Path.Combine(state, "a"))));
        CriuEvent[] fails = [look, .. s_fails];

        RestoreOutcome restored = Run(new(First(fails), fails, fails, fails), _fixture.Policy with { AdditionalPaths = [state] });

        Assert.IsType<RestoreOutcome.Fresh>(restored);
        Assert.Equal([true, true, false, false], seen); // two attempts with the checkpoint that has the files, and two with the other
        Assert.False(Directory.Exists(state));
    }

    [Fact]
    public void Files_that_were_put_back_before_one_that_cannot_be_are_gone_for_the_next_checkpoint()
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(number => $"file-{number}")];
        string state = _fixture.AddWithLostFiles(2, names);
        string inTheWay = Directory.CreateDirectory(Path.Combine(state, names[10], "of the new pod")).FullName;

        RestoreOutcome restored = Run(new([First(s_restores)]), _fixture.Policy with { AdditionalPaths = [state] });

        Assert.Equal(1, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
        Assert.True(_fixture.IsSetAside(2));
        Assert.Equal([Path.GetDirectoryName(inTheWay)], Directory.EnumerateFileSystemEntries(state));
    }

    [Fact]
    public void A_restore_removes_what_killed_restores_left_in_memory()
    {
        string left = Directory.CreateDirectory($"/dev/shm/crik-{Guid.NewGuid():n}").FullName;

        Run(new([First(s_restores)]));

        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void Crik_waits_longer_for_a_fault_of_the_pod_to_pass_than_for_other_failures()
    {
        CriuEvent[] fault = Fault();

        RestoreOutcome restored = Run(new(First(fault), fault, fault, s_restores));

        Assert.Equal(2, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
    }

    [Fact]
    public void A_process_number_that_crik_itself_has_ends_crik_at_once_and_keeps_the_checkpoint()
    {
        int waits = 0;
        _init.WhenWaiting = () => waits++;
        _tree.Taken = 7;

        CheckpointException exception = Assert.Throws<CheckpointException>(() => Run(new([First(s_restores)])));

        Assert.Contains("needs the process number 7", exception.Message, StringComparison.Ordinal);
        Assert.True(_fixture.IsInPlace(1) && _fixture.IsInPlace(2));
        Assert.Equal(0, waits);
    }

    [Fact]
    public void SIGTERM_ends_the_wait_for_a_fault_of_the_pod()
    {
        _init.WhenWaiting = () => _init.Receive(Crik.Linux.Signal.SIGTERM);

        Assert.IsType<RestoreOutcome.Interrupted>(Run(new([First(Fault()), s_restores])));
        Assert.True(_fixture.IsInPlace(2));
    }

    [Fact]
    public void SIGTERM_during_the_restore_keeps_the_checkpoint()
    {
        ScriptedCriu criu = new([First([CriuEvent.Notifies("pre-restore"), new CriuEvent.Meanwhile(() => _init.Receive(Crik.Linux.Signal.SIGTERM)), new CriuEvent.KeepsSilent()])]);

        Assert.IsType<RestoreOutcome.Interrupted>(Run(criu));
        Assert.True(_fixture.IsInPlace(2));
    }

    [Fact]
    public void SIGTERM_before_criu_has_told_its_version_keeps_the_checkpoint()
    {
        ScriptedCriu criu = new([[new CriuEvent.Meanwhile(() => _init.Receive(Crik.Linux.Signal.SIGTERM)), new CriuEvent.KeepsSilent()]]);

        Assert.IsType<RestoreOutcome.Interrupted>(Run(criu));
        Assert.True(_fixture.IsInPlace(2));
    }

    [Fact]
    public void A_criu_that_does_not_tell_its_version_is_replaced()
    {
        RestoreOutcome restored = Run(new([new CriuEvent.Ends()], First(s_restores)));

        Assert.Equal(2, Assert.IsType<RestoreOutcome.Restored>(restored).Generation);
    }

    [Fact]
    public void The_early_criu_is_not_used_when_the_program_needs_its_number()
    {
        ScriptedCriu criu = new();
        criu.Plan(new ScriptedSession([CriuEvent.Version()]) { Process = new ChildProcess(RestoreFixture.RootPid) });
        criu.Plan(new ScriptedSession(s_restores));

        Assert.IsType<RestoreOutcome.Restored>(Run(criu));
        Assert.All(criu.Started, session => Assert.True(session.IsDisposed));
        Assert.Equal(0, criu.Started[0].Notifications);
    }

    [Theory]
    [InlineData("StartFresh", "Fresh")]
    [InlineData("TryAnyway", "Restored")]
    [InlineData("Fail", null)]
    public void A_checkpoint_that_does_not_fit_the_machine_stays(string policy, string? result)
    {
        _fixture.Add(2, manifest => manifest with { Machine = manifest.Machine with { Architecture = "Sparc" } });

        AssertResult(result, () => Run(new([First(s_restores)]), _fixture.Policy with { WhenIncompatible = Enum.Parse<WhenIncompatible>(policy) }));
    }

    [Theory]
    [InlineData("Warn", "Restored")]
    [InlineData("StartFresh", "Fresh")]
    [InlineData("Fail", null)]
    public void A_clock_that_would_go_back_is_treated_as_configured(string policy, string? result)
    {
        _fixture.Add(2, manifest => manifest with { Machine = manifest.Machine with { MonotonicMilliseconds = manifest.Machine.MonotonicMilliseconds + 3_600_000 } });

        AssertResult(result, () => Run(new([First(s_restores)]), _fixture.Policy with { WhenClockJumps = Enum.Parse<WhenClockJumps>(policy) }));
    }

    [Theory]
    [InlineData("Restore", "Restored")]
    [InlineData("StartFresh", "Fresh")]
    [InlineData("Fail", null)]
    public void A_checkpoint_of_another_program_is_treated_as_configured(string policy, string? result)
    {
        _fixture.Add(2, manifest => manifest with { Command = ["app", "--old"] });

        AssertResult(result, () => Run(new([First(s_restores)]), _fixture.Policy with { WhenProgramChanged = Enum.Parse<WhenProgramChanged>(policy) }));
    }

    [Theory]
    [InlineData(59, "Restored")]
    [InlineData(61, "Fresh")]
    public void A_checkpoint_that_is_older_than_allowed_is_left_alone(int minutes, string result)
    {
        _fixture.Add(2, manifest => manifest with { CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-minutes) });

        AssertResult(result, () => Run(new([First(s_restores)]), _fixture.Policy with { MaxAge = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public void A_checkpoint_that_somebody_chose_is_restored_whatever_its_age_and_program()
    {
        _fixture.Add(2, manifest => manifest with { Command = ["app", "--old"], CreatedAt = DateTimeOffset.UnixEpoch });
        RestorePolicy policy = _fixture.Policy with { MaxAge = TimeSpan.FromHours(1), WhenProgramChanged = WhenProgramChanged.Fail };

        Assert.IsType<RestoreOutcome.Restored>(Run(new([First(s_restores)]), policy, lastEnd: RunEndKind.RolledBack));
    }

    [Theory]
    [InlineData("Warn", "Restored")]
    [InlineData("StartFresh", "Fresh")]
    [InlineData("Fail", null)]
    public void A_file_on_a_volume_that_has_changed_is_treated_as_configured(string policy, string? result)
    {
        _fixture.AddWithWrittenFile(2, stamp => stamp with { Size = stamp.Size + 1 });

        AssertResult(result, () => Run(new([First(s_restores)]), With(policy)));
    }

    [Theory]
    [InlineData("StartFresh")]
    [InlineData("Fail")]
    public void An_unchanged_file_on_a_volume_does_not_prevent_a_restore(string policy)
    {
        _fixture.AddWithWrittenFile(2, stamp => stamp);

        AssertResult("Restored", () => Run(new([First(s_restores)]), With(policy)));
    }

    [Theory]
    [InlineData("StartFresh", "StartFresh", "Fresh")]
    [InlineData("TryAnyway", "StartFresh", "Fresh")]
    [InlineData("Fail", "StartFresh", null)]
    [InlineData("StartFresh", "Fail", null)]
    public void Without_criu_the_checkpoints_stay(string whenIncompatible, string whenRestoreFails, string? result)
    {
        ScriptedCriu criu = new() { Setup = new CriuSetup("criu", PrivilegeLevel.Basic, ["there is no criu"]) };
        RestorePolicy policy = _fixture.Policy with
        {
            WhenIncompatible = Enum.Parse<WhenIncompatible>(whenIncompatible),
            WhenRestoreFails = Enum.Parse<WhenRestoreFails>(whenRestoreFails),
        };

        AssertResult(result, () => Run(criu, policy));
        Assert.True(_fixture.IsInPlace(1));
    }

    private RestorePolicy With(string whenVolumeFilesChanged) =>
        _fixture.Policy with { WhenVolumeFilesChanged = Enum.Parse<WhenVolumeFilesChanged>(whenVolumeFilesChanged) };

    private static CriuEvent[] First(IEnumerable<CriuEvent> script) => [CriuEvent.Version(), .. script];

    private void AssertResult(string? result, Func<RestoreOutcome> run)
    {
        if (result is null)
        {
            Assert.Equal(FailureKind.CheckpointNotRestored, Assert.Throws<CheckpointException>(run).Kind);
        }
        else
        {
            RestoreOutcome restored = run();
            Assert.Equal(result, restored.GetType().Name);
            Assert.False(restored is RestoreOutcome.Fresh { GivesUpNothing: true });
        }

        Assert.True(_fixture.IsInPlace(2));
    }

    /// <summary>A criu that fails because another process of the pod has a PID that the program needs.</summary>
    private CriuEvent[] Fault() => [new CriuEvent.Meanwhile(() => _fixture.WriteRestoreLog(2, "Can't fork for 301: File exists")), .. s_fails];

    private RestoreOutcome Run(ScriptedCriu criu, RestorePolicy? policy = null, IReadOnlyList<int>? generations = null, TimeSpan? longestFault = null, RunEndKind? lastEnd = null) =>
        new RestoreProcedure(_fixture.Pod(_init, criu), policy ?? _fixture.Policy, _tree, new(["app", "--flag"], []), lastEnd)
        {
            LongestFault = longestFault ?? TimeSpan.FromSeconds(30),
        }.Run(generations ?? [2, 1]);
}
