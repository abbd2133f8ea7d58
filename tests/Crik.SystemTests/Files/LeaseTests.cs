namespace Crik.SystemTests.Files;

/// <summary>Tests leases (F_SETLEASE), which break when somebody opens the file.</summary>
public sealed class LeaseTests
{
    /// <summary>Whoever opens a leased file waits for 45 s (<c>/proc/sys/fs/lease-break-time</c>), which is longer than the grace period.</summary>
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void A_file_with_a_lease_and_the_lease_move_to_every_next_pod(string level)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 4; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level, "--env", "CRIK_GRACE_PERIOD=30s"], "python3", "/programs/lease.py", "rw");
            pod.WaitForCount(last + 3);
            if (i == 2)
            {
                pod.WaitForControl();
                pod.Exec("crik", "checkpoint", "--leave-running");
                pod.WaitForCount(pod.Counted()[^1] + 3);
            }

            pod.End(143);
            Assert.DoesNotContain("the lease is broken", pod.Output);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }

    [LabTheory]
    [Explains("… cannot be read for the checkpoint")]
    public void A_program_whose_leased_file_cannot_be_read_runs_on(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/lease.py", "w");
        pod.WaitForCount(3);
        pod.WaitForControl();

        pod.Exec("crik", "checkpoint", "--leave-running");

        pod.WaitForSaid(message);
        pod.WaitForCount(pod.Counted()[^1] + 3);
        Assert.DoesNotContain("the lease is broken", pod.Output);
        Assert.Empty(images.Generations);
    }
}
