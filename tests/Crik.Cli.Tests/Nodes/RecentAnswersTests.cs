using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;
using Crik.Policy;

namespace Crik.Tests.Nodes;

public sealed class RecentAnswersTests
{
    private static readonly long s_memory = (long)RecentAnswers.Memory.TotalMilliseconds;
    private static readonly NodeAnswer s_ready = new(NodeState.Ready, "nothing");
    private static readonly NodeAnswer s_cordoned = new(NodeState.Cordoned, "drain");
    private static readonly NodeAnswer s_shuttingDown = new(NodeState.ShuttingDown, "kubelet");

    [Fact]
    public void A_warning_that_was_taken_back_counts_for_some_minutes_more_and_says_so()
    {
        RecentAnswers answers = After((s_shuttingDown, 0), (s_ready, 1000));

        NodeAnswer decisive = answers.Decisive(1000 + s_memory - 1);
        Assert.Equal(NodeState.ShuttingDown, decisive.State);
        Assert.Equal("kubelet (taken back by 'ready', which counts only 5 minutes later)", decisive.Reason);
        Assert.Equal(s_ready, answers.Latest);
        Assert.Equal(s_ready, answers.Decisive(1000 + s_memory));
    }

    [Fact]
    public void A_warning_that_was_taken_back_limits_the_time_no_more()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        NodeAnswer drained = new(NodeState.Cordoned, "drain", now.AddSeconds(40), ClocksAgree: true);
        NodeAnswer shuttingDown = s_shuttingDown with { Deadline = now.AddSeconds(20) };

        Assert.Null(After((shuttingDown, 0), (s_ready, 1)).Decisive(2).Deadline);
        NodeAnswer decisive = After((shuttingDown, 0), (drained, 1)).Decisive(2);
        Assert.Equal((drained.Deadline, true), (decisive.Deadline, decisive.ClocksAgree));
        Assert.Equal(shuttingDown.Deadline, After((shuttingDown, 0), (s_ready, 1), (shuttingDown, 2)).Decisive(3).Deadline);
        Assert.Equal(TimeSpan.FromSeconds(120), Period(After((s_shuttingDown, 0), (s_ready, 1)).Decisive(2)));
        Assert.Equal(TimeSpan.FromSeconds(15), Period(After((s_shuttingDown, 0), (s_ready, 1), (s_shuttingDown, 2)).Decisive(3)));

        TimeSpan Period(NodeAnswer answer) => GracePlan.PeriodOn(
            answer, now, new CrikOptions { GracePeriod = TimeSpan.FromSeconds(120), NodeShutdownGracePeriod = TimeSpan.FromSeconds(15) }.Termination);
    }

    [Fact]
    public void The_last_answer_tells_people_of_the_warning_that_SIGTERM_goes_by()
    {
        RecentAnswers answers = After((s_shuttingDown, 0), (s_ready, 1000));

        Assert.Equal((NodeState.Ready, "nothing (SIGTERM still goes by 'shutting-down', which was taken back)"), (answers.ForPeople(1001).State, answers.ForPeople(1001).Reason));
        Assert.Equal(s_ready, answers.ForPeople(1000 + s_memory));
    }

    [Fact]
    public void The_minutes_begin_anew_when_the_warning_is_repeated()
    {
        RecentAnswers answers = After((s_shuttingDown, 0), (s_ready, 1000), (s_shuttingDown, s_memory), (s_ready, s_memory + 1));

        Assert.Equal(NodeState.ShuttingDown, answers.Decisive(s_memory + 1001).State);
    }

    [Fact]
    public void A_repeated_ready_does_not_begin_them_anew()
    {
        RecentAnswers answers = After((s_shuttingDown, 0), (s_ready, 1000), (s_ready, s_memory));

        Assert.Equal(s_ready, answers.Decisive(1000 + s_memory));
    }

    [Fact]
    public void A_graver_answer_counts_at_once_and_a_lesser_warning_does_not()
    {
        Assert.Equal(s_shuttingDown, After((s_cordoned, 0), (s_ready, 1), (s_shuttingDown, 2)).Decisive(3));
        Assert.Equal(NodeState.ShuttingDown, After((s_shuttingDown, 0), (s_cordoned, 1)).Decisive(2).State);
    }

    [Fact]
    public void Answers_that_flap_are_one_warning_with_one_checkpoint_and_one_hook_for_each_reason()
    {
        NodeAnswer other = s_shuttingDown with { Reason = "spot" };
        (int hooks, int checkpoints) = Reactions([.. Enumerable.Range(0, 1000).Select(at => ((at % 4) switch { 0 => s_ready, 1 => s_shuttingDown, 2 => s_ready, _ => other }, (long)at))]);

        Assert.Equal((2, 1), (hooks, checkpoints));
    }

    [Fact]
    public void Reasons_that_never_repeat_do_not_run_the_hook_for_ever()
    {
        (int hooks, int checkpoints) = Reactions([.. Enumerable.Range(0, 1000).Select(at => (s_shuttingDown with { Reason = $"at {at}" }, (long)at))]);

        Assert.Equal((10, 1), (hooks, checkpoints));
    }

    [Fact]
    public void A_node_that_was_well_for_the_whole_time_can_begin_to_go_away_again()
    {
        Assert.Equal((2, 2), Reactions((s_shuttingDown, 0), (s_ready, 1000), (s_shuttingDown, 1000 + s_memory)));
        Assert.Equal((1, 1), Reactions((s_shuttingDown, 0), (s_ready, 1000), (s_shuttingDown, 999 + s_memory)));
    }

    [Fact]
    public void A_warning_that_becomes_graver_is_news_and_no_reason_for_a_second_checkpoint() =>
        Assert.Equal((2, 1), Reactions((s_ready, 0), (s_cordoned, 1), (s_cordoned, 2), (s_shuttingDown, 3), (s_cordoned, 4 + s_memory)));

    private static RecentAnswers After(params (NodeAnswer Answer, long At)[] heard) =>
        heard.Aggregate(RecentAnswers.None, (answers, next) => answers.With(next.Answer, next.At));

    private static (int Hooks, int Checkpoints) Reactions(params (NodeAnswer Answer, long At)[] heard)
    {
        HeardWarnings warnings = new();
        RecentAnswers answers = RecentAnswers.None;
        (int hooks, int checkpoints) = (0, 0);
        foreach ((NodeAnswer answer, long at) in heard)
        {
            answers = answers.With(answer, at);
            if (warnings.IsNews(answers))
            {
                hooks++;
                checkpoints += warnings.TakeFirst() ? 1 : 0;
            }
        }

        return (hooks, checkpoints);
    }
}
