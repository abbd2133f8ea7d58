using Crik.Configuration;
using Crik.Linux;
using Crik.Run;
using Crik.Tests.Init;

namespace Crik.Tests.Run;

public sealed class HooksTests
{
    private readonly ScriptedInit _init = new();

    [Theory]
    [InlineData(0, "GiveUp", true)]
    [InlineData(1, "GiveUp", false)]
    [InlineData(1, "GoOn", true)]
    public void A_hook_that_fails_forbids_the_checkpoint_only_if_the_configuration_says_so(int code, string whenHookFails, bool mayBeMade)
    {
        _init.WhenStarted = hook => hook.NoteEnd(code << 8);

        Assert.Equal(mayBeMade, Make(whenHookFails).BeforeCheckpoint("why", Deadline.Never, giveUp: null));
        Assert.Equal(["/bin/sh", "-c", "sync"], _init.Starts.Single().Command);
        Assert.Contains("CHECKPOINT_REASON=why", _init.Starts.Single().Environment!);
    }

    [Fact]
    public void A_hook_that_takes_too_long_counts_as_failed() =>
        Assert.False(Make("GiveUp").BeforeCheckpoint("why", Deadline.Never, giveUp: null));

    [Fact]
    public void A_hook_is_left_alone_when_something_more_important_comes()
    {
        Hooks hooks = new(_init, Policy("GiveUp"), (_, _, _) => throw new InvalidOperationException("the hook gets a signal"));

        Assert.False(hooks.Run("hooks.afterRestore", "sync", [], Deadline.Never, giveUp: () => true));
    }

    [Fact]
    public void A_hook_that_was_left_alone_counts_as_failed_before_a_checkpoint() =>
        Assert.False(Make("GiveUp").BeforeCheckpoint("why", Deadline.Never, giveUp: () => true));

    [Fact]
    public void A_hook_may_take_no_longer_than_hookTimeout_and_no_longer_than_there_is_time()
    {
        Make("GoOn").BeforeCheckpoint("why", Deadline.Never, giveUp: null);
        Make("GoOn").BeforeCheckpoint("why", Deadline.In(TimeSpan.FromSeconds(20)), giveUp: null);

        Assert.InRange(_init.Patience[0], TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(30));
        Assert.InRange(_init.Patience[1], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ESRCH)]
    [InlineData(0)]
    public void A_hook_that_takes_too_long_is_killed_and_crik_goes_on_also_when_it_may_not_kill_it(int errno)
    {
        List<(int Pid, int Signal)> sent = [];
        Hooks hooks = new(_init, Policy("GiveUp"), (pid, signal, _) =>
        {
            sent.Add((pid, signal));
            return errno;
        });

        Assert.False(hooks.Run("hooks.beforeCheckpoint", "sudo sleep 1000", [], Deadline.Never, giveUp: null));
        Assert.Equal([(-ScriptedInit.NobodysPid, Crik.Linux.Signal.SIGKILL)], sent);
    }

    [Fact]
    public void Without_a_hook_nothing_is_started()
    {
        Make("GiveUp").AfterCheckpoint("why", 3, giveUp: null);

        Assert.Empty(_init.Starts);
    }

    private Hooks Make(string whenHookFails) => new(_init, Policy(whenHookFails));

    private static HookPolicy Policy(string whenHookFails) => new()
    {
        BeforeCheckpoint = "sync",
        AfterCheckpoint = null,
        AfterRestore = null,
        OnNodeWarning = null,
        WhenHookFails = Enum.Parse<WhenHookFails>(whenHookFails),
        HookTimeout = TimeSpan.FromSeconds(30),
    };
}
