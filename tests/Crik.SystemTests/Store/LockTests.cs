namespace Crik.SystemTests.Store;

/// <summary>Tests that one crik at a time uses an image directory.</summary>
public sealed class LockTests
{
    [LabFact]
    public void A_killed_crik_does_not_keep_the_lock()
    {
        using ImageDirectory images = new();
        using (Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            holder.WaitForCount(1);
            holder.Kill("KILL");
            holder.WaitForExit();
        }

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_LOCK_TIMEOUT=0s"], Programs.Counter);
        next.WaitForCount(1);
        next.End(143);
    }

    [LabTheory]
    [Explains("… is in use by crik of …: one image directory serves one pod at a time")]
    public void LockTimeout_of_zero_does_not_wait(string message)
    {
        using ImageDirectory images = new();
        using Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter);
        holder.WaitForCount(1);
        using Pod other = Pod.WithCheckpoints(images, ["--env", "CRIK_LOCK_TIMEOUT=0s"], Programs.Counter);

        other.WaitForExit(124);

        other.AssertSaid($"crik error: {message.Replace("crik of …", $"crik of {holder.Name}…", StringComparison.Ordinal)}");
    }

    [LabTheory]
    [Explains("this pod was cut off from the volume and lost its lock")]
    public void A_pod_that_lost_its_lock_writes_neither_a_checkpoint_nor_the_end_of_its_run(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForCount(1);
        File.Delete(images.In("lock"));
        File.WriteAllText(images.In("lock"), """{"hostName":"other-pod","pid":1,"since":"2026-01-01T00:00:00Z","epoch":9}""");
        const string TheOthers = """{"runId":"other","startedAt":"2026-01-01T00:00:00Z","hostName":"other-pod","historyUpTo":0,"epoch":9}""";
        File.WriteAllText(images.In("run.json"), TheOthers);

        pod.End(143);

        pod.AssertSaid($"crik error: no checkpoint was made: …{message}");
        Assert.Single(pod.Errors, line => line.StartsWith("crik error: /checkpoint belongs to crik of other-pod", StringComparison.Ordinal));
        Assert.Empty(images.Generations);
        Assert.Equal(TheOthers, File.ReadAllText(images.In("run.json")));
    }

    [LabFact]
    public void Only_one_of_two_pods_that_start_at_once_runs_and_the_other_names_it()
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_LOCK_TIMEOUT=2s"];
        using Pod one = Pod.WithCheckpoints(images, options, Programs.Counter);
        using Pod other = Pod.WithCheckpoints(images, options, Programs.Counter);
        one.WaitFor(line => line == "count 3" || line.StartsWith("crik error", StringComparison.Ordinal), "a number or an error");
        other.WaitFor(line => line == "count 3" || line.StartsWith("crik error", StringComparison.Ordinal), "a number or an error");

        (Pod winner, Pod loser) = one.Counted().Length > 0 ? (one, other) : (other, one);

        loser.WaitForExit(124);
        Assert.Empty(loser.Counted());
        Assert.Contains(loser.Errors, line => line.Contains(winner.Name, StringComparison.Ordinal));
        winner.End(143);
    }

    [LabFact]
    public void A_pod_waits_until_the_previous_pod_has_made_its_checkpoint()
    {
        using ImageDirectory images = new();
        using Pod old = Pod.WithCheckpoints(images, [], Programs.Counter);
        old.WaitForCount(5);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForLine("crik info: waiting for the image directory");

        old.End(143);
        next.WaitForLine("crik info: restored");

        next.End(143);
    }

    [LabFact]
    public void SIGTERM_while_crik_waits_for_the_image_directory_starts_nothing()
    {
        using ImageDirectory images = new();
        using Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter);
        holder.WaitForCount(1);
        using Pod waiting = Pod.WithCheckpoints(images, [], Programs.Counter);
        waiting.WaitForLine("crik info: waiting for the image directory");

        waiting.End(143);

        Assert.Empty(waiting.Counted());
        holder.End(143);
        Assert.Equal([1], images.Generations);
    }
}
