namespace Crik.SystemTests.Files;

/// <summary>Tests what crik tells about files on volumes, which checkpoints that leave the program running do not contain.</summary>
public sealed class VolumeFileTests
{
    private const string Message = "after a crash the program's memory goes back to the newest checkpoint, and files on volumes do not";

    [LabTheory]
    [Explains(Message, ">>", "the program writes once more to /work/log what it wrote since", "crik info: restored generation=2")]
    [Explains(Message, ">", "the program writes once more to /work/log what it wrote since", "crik info: restored generation=2")]
    [Explains(Message, "<>", "criu refuses to restore if the size of /work/log changed since", "crik error: checkpoint 1 cannot be restored and was set aside")]
    public void The_first_checkpoint_of_a_run_tells_what_happens_after_a_crash_and_so_it_does(string message, string open, string told, string then)
    {
        using ImageDirectory images = new();
        string log = Path.Combine(Directory.CreateDirectory(images.In("volume")).FullName, "log");
        string[] program = Programs.Shell($"exec 5{open}/work/log; n=0; while :; do n=$((n + 1)); echo $n >&5; echo \"count $n\"; sleep 0.05; done");
        string[] options = ["--mount", $"{images.In("volume")}:/work"];
        using (Pod pod = Pod.WithCheckpoints(images, options, program))
        {
            pod.WaitForCount(1);
            pod.WaitForControl();
            pod.Exec("crik", "checkpoint", "--leave-running");
            pod.Exec("crik", "checkpoint", "--leave-running");
            Assert.Equal([1, 2], images.Generations);
            Assert.Single(pod.Errors, line => Explained.IsIn($"crik warning: {message}: {told}", line));
            pod.WaitForCount(pod.Counted()[^1] + 5);
            pod.Kill("KILL");
            pod.WaitForExit();
        }

        string[] before = File.ReadAllLines(log);
        using Pod next = Pod.WithCheckpoints(images, options, program);
        next.WaitForLine(then);
        if (open == ">>")
        {
            next.WaitUntil(() => File.ReadAllLines(log).Length > before.Length, "more lines");
            Assert.Contains(File.ReadAllLines(log)[before.Length], before);
            next.End(143);
        }
        else if (open == ">")
        {
            next.WaitForCount(before.Length + 5);
            next.End(143);
            Assert.Equal(File.ReadAllLines(log).Length, File.ReadAllLines(log).Distinct().Count()); // it wrote over what it wrote since, and then went on
        }
    }

    [LabFact]
    public void Nothing_is_told_of_files_that_go_back_with_the_memory()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("volume"));
        using Pod pod = Pod.WithCheckpoints(
            images, ["--mount", $"{images.In("volume")}:/work", "--env", "CRIK_ADDITIONAL_PATHS=/work/log"], Programs.Shell("exec 5>/work/log; " + Programs.Count));
        pod.WaitForCount(1);
        pod.WaitForControl();

        pod.Exec("crik", "checkpoint", "--leave-running");

        Assert.Equal([1], images.Generations);
        Assert.False(pod.HasSaid(Message), pod.Said);
    }
}
