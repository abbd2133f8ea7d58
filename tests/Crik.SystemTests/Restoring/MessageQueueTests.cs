namespace Crik.SystemTests.Restoring;

/// <summary>Tests POSIX message queues, of which criu knows nothing.</summary>
public sealed class MessageQueueTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("nonroot")]
    [InlineData("full")]
    public void Open_message_queues_move_to_every_next_pod_with_their_messages(string level)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 4; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], "python3", "/programs/mqueue.py");
            pod.WaitForCount(last + 3);
            if (i == 1)
            {
                pod.WaitForControl();
                pod.Exec("crik", "checkpoint", "--leave-running");
                pod.WaitForCount(pod.Counted()[^1] + 3);
            }

            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }

    [LabTheory]
    [Explains("the message queue … of the program cannot be saved", "basic", "a process waits to be notified")]
    public void A_program_whose_message_queue_cannot_be_saved_runs_on(string message, string level, string reason)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--level", level], ["sh", "-c", $"{Programs.Count} & exec python3 /programs/mqueue.py notify"]);
        pod.WaitForCount(5);
        pod.WaitForControl();

        pod.Exec("crik", "checkpoint", "--leave-running");

        pod.WaitForSaid($"{message}: …{reason}");
        pod.WaitForCount(pod.Counted()[^1] + 3);
        Assert.Empty(images.Generations);
    }
}
