namespace Crik.SystemTests.Store;

/// <summary>Tests image directories whose entries are links, FIFOs or garbage.</summary>
public sealed class HostileDirectoryTests
{
    private static readonly string[] s_program = ["python3", "/programs/hold.py", "1"];

    [LabTheory]
    [Explains("the run record cannot be read and counts as a run that vanished", "{}")]
    [Explains("the run record cannot be read and counts as a run that vanished", "not JSON")]
    [Explains("the run record cannot be read and counts as a run that vanished", "{\"runId\": \"x\", \"startedAt\": \"2020-01-01T00:00:00Z\", \"hostName\": \"../..\", \"historyUpTo\": -5, \"restoredFrom\": 2147483647}")]
    public void A_damaged_run_record_does_not_prevent_a_start(string message, string record)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 1);

        File.WriteAllText(images.In("run.json"), record);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForCount(1);

        next.End(143);
        next.AssertSaid($"crik warning: {message}");
    }

    [LabTheory]
    [InlineData("failed")]
    [InlineData("checkpoints")]
    [InlineData("run.json")]
    [InlineData("lock")]
    public void Links_in_the_image_directory_are_not_followed(string name)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("outside"));
        File.WriteAllText(images.In("outside", "file"), "untouched");
        string target = name is "run.json" or "lock" ? "/outside/file" : "/outside";
        File.CreateSymbolicLink(images.In(name), target);

        using Pod pod = Pod.WithCheckpoints(images, ["--mount", $"{images.In("outside")}:/outside"], Programs.Counter);
        pod.WaitFor(line => line == "count 2" || line.StartsWith("crik error", StringComparison.Ordinal), "a number or an error");
        pod.Kill();
        pod.WaitForExit();

        Assert.Equal("untouched", File.ReadAllText(images.In("outside", "file")));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(images.In("outside")).Select(Path.GetFileName));
    }

    [LabTheory]
    [InlineData("run.json.new", "count 2")]
    [InlineData("lock", "crik error: imageDir /checkpoint cannot be used: /checkpoint/lock is no plain file")]
    public void A_FIFO_in_the_image_directory_does_not_block_crik(string name, string said)
    {
        using ImageDirectory images = new();
        Lab.Run("mkfifo", images.In(name));

        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitFor(line => line.StartsWith(said, StringComparison.Ordinal), said);

        pod.Kill();
        pod.WaitForExit();
    }

    [LabFact]
    public void A_checkpoint_directory_that_is_a_link_is_neither_restored_nor_written()
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], s_program);
        Directory.CreateDirectory(images.In("outside"));
        File.CreateSymbolicLink(images.In("checkpoints", "2"), "/outside");

        using Pod next = Pod.WithCheckpoints(images, ["--mount", $"{images.In("outside")}:/outside"], s_program);
        next.WaitForCount(last + 1);
        next.End(143);

        Assert.Equal(last + 1, next.Counted()[0]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(images.In("outside")));
        Assert.Empty(images.Failed);
        Assert.True(Directory.Exists(images.In("checkpoints", "3")), next.Said);
    }
}
