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
    public void A_hook_that_fails_forbids_the_checkpoint_only_where_that_is_wanted(int code, string whenHookFails, bool mayBeMade)
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
        HookEnd end = Make("GiveUp").Run("hooks.afterRestore", "sync", [], Deadline.Never, giveUp: () => true);

        Assert.Equal(HookEnd.LeftAlone, end);
    }

    [Fact]
    public void Without_a_hook_nothing_is_started()
    {
        Make("GiveUp").AfterCheckpoint("why", 3, giveUp: null);

        Assert.Empty(_init.Starts);
    }

    private Hooks Make(string whenHookFails) => new(_init, new HookPolicy
    {
        BeforeCheckpoint = "sync",
        AfterCheckpoint = null,
        AfterRestore = null,
        OnNodeWarning = null,
        WhenHookFails = Enum.Parse<WhenHookFails>(whenHookFails),
        HookTimeout = TimeSpan.FromSeconds(30),
    });
}
