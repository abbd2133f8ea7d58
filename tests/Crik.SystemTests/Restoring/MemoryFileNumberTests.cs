namespace Crik.SystemTests.Restoring;

/// <summary>Tests that a program can tell files in /dev/shm apart by their numbers. Each pod has a new /dev/shm.</summary>
public sealed class MemoryFileNumberTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void A_new_file_never_gets_a_number_that_a_file_had_in_an_older_pod(string level)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], "python3", "/programs/numbers.py");
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }
}
