using Crik.Diagnostics;

namespace Crik.Tests.Diagnostics;

public sealed class ProgressTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(100, 0, 50, 0, 0.5)]
    [InlineData(100, 0, 100, 0, 0.99)] // what comes last is not counted
    [InlineData(100, 0, 500, 0, 0.99)] // the total is an estimate
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(1000, 3000, 0, 1500, 0.375)] // half of the processes are there, and none has read its pages
    [InlineData(1000, 3000, 20, 3000, 0.755)]
    [InlineData(1000, 3000, 2000, 1000, 0.5)]
    public void The_share_counts_processes_and_bytes(long bytes, int processes, long doneBytes, int doneProcesses, double share) =>
        Assert.Equal(share, new Work(bytes * MiB, processes).Share(new Work(doneBytes * MiB, doneProcesses)), 5);
}
