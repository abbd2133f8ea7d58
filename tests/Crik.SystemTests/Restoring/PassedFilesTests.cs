namespace Crik.SystemTests.Restoring;

/// <summary>Tests open files that are on their way from one process to another. criu alone loses them, or delivers other files.</summary>
public sealed class PassedFilesTests
{
    [LabTheory]
    [InlineData("basic", "keep")]
    [InlineData("basic", "close")]
    [InlineData("full", "keep")]
    [InlineData("full", "close")]
    [InlineData("nonroot", "keep")]
    [InlineData("nonroot", "close")]
    public void Files_that_a_child_has_sent_arrive_at_its_parent_in_every_next_pod(string level, string afterwards)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 4; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], "python3", "/programs/passing.py", afterwards);
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }
}
