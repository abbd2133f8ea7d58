using Crik.Configuration;
using Crik.Policy;
using Crik.Store;
using Crik.Tests.Save;

namespace Crik.Tests.Policy;

public sealed class RestoreReasonsTests
{
    [Theory]
    [InlineData("Checkpointed", "Once", "Checkpointed")]
    [InlineData("RolledBack", "Once", "RolledBack")]
    [InlineData("Lost", "Once", "Crashed")]
    [InlineData("Incomplete", "Once", "Crashed")]
    [InlineData(null, "Once", "Crashed")]
    [InlineData("Checkpointed", "Always", "Always")]
    public void The_reason_of_a_restore_is_how_the_last_run_ended(string? end, string mode, string reason)
    {
        RunRecord last = SaveFixture.Run with { End = end is null ? null : new RunEnd(Enum.Parse<RunEndKind>(end), DateTimeOffset.UnixEpoch, 0, 0) };

        Assert.Equal(reason, RestoreReasons.Of(last, Enum.Parse<RestoreMode>(mode)).ToString());
        Assert.Equal(mode == "Always" ? "Always" : "Crashed", RestoreReasons.Of(null, Enum.Parse<RestoreMode>(mode)).ToString());
    }
}
