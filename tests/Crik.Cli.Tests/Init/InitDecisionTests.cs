using Crik.Init;

namespace Crik.Tests.Init;

/// <summary>Tests the deadlines of the init, in milliseconds. SIGTERM comes at 1000 and the grace period is 40 s, so the init acts at 34333 and crik ends at 39750.</summary>
public sealed class InitDecisionTests
{
    private const long Asked = 1000;
    private const long Deadline = 34_333;
    private const long Exit = 39_750;
    private static readonly GraceClock s_grace = new(TimeSpan.FromSeconds(40));
    private static readonly bool[] s_either = [false, true];
    private static readonly bool[] s_yes = [true];
    private static readonly long[] s_times = [900, Deadline - 1, Deadline + 1, Exit, Exit + 60_000];
    private static readonly long?[] s_asked = [null, Asked];
    private static readonly long?[] s_ends = [null, 20_000];
    private static readonly long[] s_limits = [long.MaxValue, 30_000];
    private readonly InitDecision _decision = new(TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(Deadline - 1, "None", false, false)]
    [InlineData(Deadline + 1, "None", false, true)]
    [InlineData(Deadline - 1, "Saving", false, false)]
    [InlineData(Deadline + 1, "Saving", true, true)]
    [InlineData(Deadline + 1, "Committing", true, true)]
    [InlineData(Deadline + 1, "Released", false, true)]
    [InlineData(Deadline + 1, "Committed", false, false)] // the program ends with its checkpoint
    public void At_the_deadline_the_program_is_taken_away_from_criu_and_gets_its_SIGTERM(long now, string phase, bool releases, bool terminates)
    {
        InitSituation seen = Running(now) with { TerminatedAt = Asked, Phase = Enum.Parse<SavePhase>(phase) };

        Assert.Equal((releases, terminates), (InitDecision.Releases(seen), InitDecision.Terminates(seen)));
    }

    [Fact]
    public void A_program_that_has_had_its_SIGTERM_gets_no_second_one()
    {
        InitSituation seen = Running(Deadline + 1) with { TerminatedAt = Asked, WasTerminated = true };

        Assert.False(InitDecision.Terminates(seen));
        Assert.Equal(long.MaxValue, _decision.NextAt(seen));
    }

    [Fact]
    public void A_save_has_a_time_limit_also_without_SIGTERM()
    {
        InitSituation seen = Running(5000) with { Phase = SavePhase.Saving, ReleaseAt = 5000 };

        Assert.True(InitDecision.Releases(seen));
        Assert.False(InitDecision.Terminates(seen));
        Assert.False(InitDecision.Releases(seen with { Now = 4999 }));
        Assert.Equal(5000, _decision.NextAt(seen));
    }

    [Theory]
    [InlineData(Deadline - 1, true, false, "NotYet")]
    [InlineData(Deadline + 1, true, false, "Interrupted")]
    [InlineData(Deadline + 1, true, true, "NotYet")]
    [InlineData(Deadline + 1, false, false, "NotYet")]
    public void The_init_does_not_wait_for_a_run_that_hangs_before_the_program_starts(long now, bool hasRun, bool isAlone, string end)
    {
        InitSituation seen = new() { Grace = s_grace, Now = now, TerminatedAt = Asked, ReleaseAt = long.MaxValue, HasRun = hasRun, IsAlone = isAlone };

        Assert.Equal(end, _decision.End(seen).ToString());
    }

    [Theory]
    [InlineData("None", 20_000, null, 49_999, "NotYet")] // without SIGTERM the run has 30 s to write down how it ended
    [InlineData("None", 20_000, null, 50_000, "Ended")]
    [InlineData("None", 20_000, Asked, Exit - 1, "NotYet")]
    [InlineData("None", 20_000, Asked, Exit, "Ended")]
    [InlineData("None", Exit - 100, Asked, Exit + 1899, "NotYet")] // and two seconds in any case
    [InlineData("None", Exit - 100, Asked, Exit + 1900, "Ended")]
    [InlineData("Committed", 20_000, Asked, Exit - 1, "NotYet")]
    [InlineData("Committed", 20_000, Asked, Exit, "Checkpointed")]
    public void The_init_does_not_wait_for_ever_for_a_run_that_hangs_after_the_programs_end(string phase, long endedAt, long? terminatedAt, long now, string end)
    {
        InitSituation seen = Running(now) with { ProgramEndedAt = endedAt, TerminatedAt = terminatedAt, WasTerminated = terminatedAt is not null, Phase = Enum.Parse<SavePhase>(phase) };

        Assert.Equal(end, _decision.End(seen).ToString());
        Assert.Equal(EndWithoutRun.NotYet == _decision.End(seen), _decision.NextAt(seen) > now);
    }

    [Theory]
    [InlineData(Exit - 1, "NotYet")]
    [InlineData(Exit, "Checkpointed")]
    public void A_program_that_does_not_die_with_its_checkpoint_dies_with_the_container(long now, string end) =>
        Assert.Equal(end, _decision.End(Running(now) with { TerminatedAt = Asked, Phase = SavePhase.Committed }).ToString());

    [Fact]
    public void An_init_without_a_run_ends_with_its_program()
    {
        InitSituation seen = new() { Grace = s_grace, Now = 20_000, HasProgram = true, ReleaseAt = long.MaxValue, IsAlone = true };

        Assert.Equal(EndWithoutRun.NotYet, _decision.End(seen));
        Assert.Equal(EndWithoutRun.Ended, _decision.End(seen with { ProgramEndedAt = 20_000 }));
        Assert.Equal(EndWithoutRun.Checkpointed, _decision.End(seen with { ProgramEndedAt = 20_000, Phase = SavePhase.Committed }));
    }

    [Theory]
    [InlineData("None", false, false, false)]
    [InlineData("None", true, false, true)]
    [InlineData("Saving", false, true, false)]
    [InlineData("Saving", true, true, true)]
    [InlineData("Committing", true, true, true)]
    [InlineData("Committed", true, false, false)] // the program ends with its checkpoint
    public void After_the_run_failed_the_program_is_taken_back_at_once_and_gets_a_SIGTERM_as_soon_as_it_comes(string phase, bool isAsked, bool releases, bool terminates)
    {
        InitSituation seen = Running(Asked) with { HasFailed = true, TerminatedAt = isAsked ? Asked : null, Phase = Enum.Parse<SavePhase>(phase) };

        Assert.Equal((releases, terminates), (InitDecision.Releases(seen), InitDecision.Terminates(seen)));
    }

    [Fact]
    public void A_run_that_failed_has_as_long_as_any_other_to_record_the_program_s_end()
    {
        InitSituation seen = Running(20_000) with { HasFailed = true, ProgramEndedAt = 20_000, TerminatedAt = Asked, WasTerminated = true };

        Assert.Equal(EndWithoutRun.NotYet, _decision.End(seen));
        Assert.Equal(EndWithoutRun.Ended, _decision.End(seen with { Now = Exit }));
        Assert.Equal(EndWithoutRun.Ended, _decision.End(seen with { IsAlone = true }));
    }

    [Fact]
    public void The_init_has_something_to_do_whenever_it_wakes_up()
    {
        int count = 0;
        foreach (InitSituation seen in All())
        {
            bool isDue = _decision.End(seen) != EndWithoutRun.NotYet || InitDecision.Releases(seen) || InitDecision.Terminates(seen);
            Assert.True(isDue || _decision.NextAt(seen) > seen.Now, $"the init would not sleep: {seen}");
            count++;
        }

        Assert.True(count > 500, $"only {count} situations");
    }

    private static IEnumerable<InitSituation> All() =>
        from now in s_times
        from terminatedAt in s_asked
        from wasTerminated in s_either
        from endedAt in s_ends
        from hasProgram in endedAt is null ? s_either : s_yes
        from phase in Enum.GetValues<SavePhase>()
        where hasProgram || phase == SavePhase.None
        from releaseAt in phase is SavePhase.Saving or SavePhase.Committing ? s_limits : s_limits[..1]
        from isAlone in s_either
        from hasFailed in s_either
        select new InitSituation
        {
            Now = now,
            Grace = s_grace,
            TerminatedAt = terminatedAt,
            WasTerminated = wasTerminated,
            ProgramEndedAt = endedAt,
            HasProgram = hasProgram,
            Phase = phase,
            ReleaseAt = releaseAt,
            HasRun = true,
            HasFailed = hasFailed,
            IsAlone = isAlone,
        };

    private static InitSituation Running(long now) => new() { Now = now, Grace = s_grace, HasProgram = true, HasRun = true, ReleaseAt = long.MaxValue };
}
