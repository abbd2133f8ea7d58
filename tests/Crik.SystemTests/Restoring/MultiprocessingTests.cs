namespace Crik.SystemTests.Restoring;

/// <summary>
/// Tests Python's multiprocessing. Its semaphores have a name in /dev/shm that is not the one they were opened by, unless
/// the workers are forked.
/// </summary>
public sealed class MultiprocessingTests
{
    [LabTheory]
    [InlineData("basic", "forkserver")]
    [InlineData("basic", "spawn")]
    [InlineData("basic", "fork")]
    [InlineData("full", "forkserver")]
    [InlineData("full", "spawn")]
    [InlineData("nonroot", "forkserver")]
    [InlineData("nonroot", "spawn")]
    public void Workers_go_on_together_for_four_generations(string level, string method)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int generation = 1; generation <= 4; generation++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], "python3", "/programs/multiprocess.py", method);
            pod.AssertContinuesAfter(last);
            pod.WaitForCount(last + 3);
            pod.End(143);
            last = pod.Counted()[^1];
            Assert.True(images.Generations[^1] == generation, pod.Said);
        }
    }
}
