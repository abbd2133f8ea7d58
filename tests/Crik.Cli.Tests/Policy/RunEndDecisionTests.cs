using Crik.Init;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

public sealed class RunEndDecisionTests
{
    [Theory]
    [InlineData(0, 0, false, "Exited")]
    [InlineData(0, 0, true, "Exited")] // it handled SIGTERM and saved what it wants to keep
    [InlineData(1, 0, false, "Exited")]
    [InlineData(1, 0, true, "Lost")]
    [InlineData(143, 0, true, "Lost")]
    [InlineData(0, 15, false, "Exited")]
    [InlineData(0, 15, true, "Lost")]
    [InlineData(0, 11, false, "Exited")]
    [InlineData(0, 9, false, "Lost")] // by the kernel for want of memory, or by the kubelet
    [InlineData(0, 9, true, "Lost")]
    public void The_end_of_the_program_decides_what_its_checkpoints_are_worth(int code, int signal, bool wantedCheckpoint, string kind) =>
        Assert.Equal(Enum.Parse<RunEndKind>(kind), RunEndDecision.Decide(new ExitStatus(code, signal), wantedCheckpoint));
}
