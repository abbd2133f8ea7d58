using Crik.Configuration;
using Crik.Policy;

namespace Crik.Tests.Policy;

public sealed class LostWorkTests
{
    [Theory]
    [InlineData("Once", null, false, 90, "all its work of 90 s since its start, because the next start is fresh")]
    [InlineData("Always", null, false, 7100, "all its work of 118 min since its start, because the next start is fresh")]
    [InlineData("Once", 3, false, 720, "all its work, because the next start is fresh. Only 'crik rollback 3' goes back to checkpoint 3, which is 12 min old")]
    [InlineData("Once", 3, true, 90_000, "all its work, because the next start is fresh. Only 'crik rollback 3' goes back to checkpoint 3, from which it was restored 25 h ago")]
    [InlineData("Always", 3, false, 0, "its work since checkpoint 3, which is 0 s old: the next start restores that checkpoint")]
    [InlineData("Always", 3, true, -5, "its work since checkpoint 3, from which it was restored 0 s ago: the next start restores that checkpoint")] // the clock was set back
    public void What_is_lost_depends_on_what_the_next_start_does(string mode, int? newest, bool isRestored, int seconds, string expected) =>
        Assert.Equal(expected, LostWork.Describe(Enum.Parse<RestoreMode>(mode), newest, isRestored, TimeSpan.FromSeconds(seconds)));
}
