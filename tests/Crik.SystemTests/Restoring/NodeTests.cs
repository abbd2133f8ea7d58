namespace Crik.SystemTests.Restoring;

/// <summary>Tests moves between nodes that set containers up in different ways.</summary>
public sealed class NodeTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void A_program_moves_between_nodes_whose_runtimes_give_the_root_directory_different_modes(string level)
    {
        using ImageDirectory images = new();
        (int last, string before) = (0, "555");
        foreach (string mode in new[] { "555", "755", "755", "555" })
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level, "--root-mode", mode], Programs.Shell($"exec 5</tmp; {Programs.Count}"));
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            Assert.Equal(mode != before, pod.HasSaid($"an open directory has another mode in this container than at the checkpoint, and keeps it path=/ then=0{before} now=0{mode}"));
            (last, before) = (pod.Counted()[^1], mode);
        }
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void A_program_moves_between_pods_with_and_without_a_user_namespace(string level)
    {
        const string Useless = "SYS_ADMIN, NET_ADMIN and SYS_TIME bring nothing in the user namespace of this pod";
        using ImageDirectory images = new();
        int last = 0;
        foreach (bool isIn in new[] { true, true, level == "full", true }) // outside, the next checkpoint would be one of the full level
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level, .. isIn ? (string[])["--user-namespace"] : []], Programs.Counter);
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            Assert.Equal(level == "full" ? 1 : 0, pod.Errors.Count(line => Explained.IsIn(Useless, line)));
            last = pod.Counted()[^1];
        }
    }

    [LabTheory]
    [Explains("does not fit: privileges")]
    public void A_program_with_more_capabilities_than_the_pod_waits_for_a_pod_that_has_them(string message)
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint(["--capability", "SYS_NICE"], Programs.Counter);

        using (Pod fewer = Pod.WithCheckpoints(images, ["--drop", "KILL"], Programs.Counter))
        {
            fewer.WaitForExit(123);
            fewer.AssertSaid($"crik error: checkpoint 1 {message}: the program has the capabilities KILL, SYS_NICE, which this container does not have");
        }

        Assert.Empty(images.Failed);
        using Pod again = Pod.WithCheckpoints(images, ["--capability", "SYS_NICE"], Programs.Counter);
        again.AssertContinuesAfter(last);
    }

    [LabFact]
    public void Check_says_in_a_user_namespace_that_more_capabilities_bring_nothing()
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--level", "full", "--user-namespace", "--image-dir", images.Path, "--env", "CRIK_IMAGE_DIR=/checkpoint"], ["crik", "check", "--output", "json"]);
        pod.WaitForExit(0);
        string said = string.Concat(pod.Output);
        Assert.Contains("in this user namespace no capability has power over the node", said, StringComparison.Ordinal);
        Assert.Contains("hostUsers: true", said, StringComparison.Ordinal);
    }
}
