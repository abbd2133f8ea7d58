using System.Text.Json;

namespace Crik.SystemTests.Tools;

/// <summary>Tests the commands list, inspect, rollback and prune on real checkpoints.</summary>
public sealed class ToolTests
{
    [LabFact]
    public void List_shows_the_checkpoints_while_the_pod_runs()
    {
        using ImageDirectory images = new();
        Checkpoint(images, 2);
        Directory.CreateDirectory(images.In("failed", "9"));
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_IMAGE_DIR=/checkpoint"], Programs.Counter);
        pod.WaitForLine("crik info: restored");

        JsonElement[] list = [.. JsonDocument.Parse(pod.Exec("crik", "list", "--output", "json")).RootElement.GetProperty("checkpoints").EnumerateArray()];
        string table = pod.Exec("crik", "list");

        Assert.Equal(["9 failed", "2 committed", "1 committed"], list.Select(found => $"{found.GetProperty("generation")} {found.GetProperty("state")}"));
        Assert.Equal(["False", "True", "False"], list.Select(found => found.GetProperty("next").ToString()));
        Assert.Equal("node-7", list[1].GetProperty("node").GetString());
        Assert.InRange(list[1].GetProperty("frozenMilliseconds").GetDouble(), 1, 60_000);
        Assert.InRange(list[1].GetProperty("bytes").GetInt64(), 100_000, 100_000_000);
        Assert.Contains("sh -c 'n=0;", table, StringComparison.Ordinal);
        pod.End(143);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void Inspect_shows_the_tree_that_was_saved(string level)
    {
        using ImageDirectory images = new();
        string[] options = ["--level", level, "--env", "CRIK_ADDITIONAL_PATHS=/data", "--env", "CRIK_IMAGE_DIR=/checkpoint", "--env", "SECRET=geheim"];
        using (Pod first = Pod.WithCheckpoints(images, options, "python3", "/programs/tree.py"))
        {
            first.WaitFor(line => line.StartsWith('{'), "a round");
            first.End(143);
        }

        using Pod look = new(["--image-dir", images.Path, .. options], ["sh", "-c", "crik inspect; echo code $?; crik inspect -o tree; crik inspect 1 -o json >/tmp/json; echo written; sleep 1000"]);
        look.WaitForLine("written");
        string raw = look.Exec("cat", "/tmp/json");
        JsonElement report = JsonDocument.Parse(raw).RootElement;
        JsonElement[] processes = [.. report.GetProperty("processes").EnumerateArray()];
        string[] files = [.. processes[0].GetProperty("files").EnumerateArray().Select(file => $"{file.GetProperty("kind")} {file.GetProperty("what")}")];

        Assert.Contains("code 0", look.Output);
        Assert.InRange(processes.Length, 4, 5); // each round of the program has a child for a moment
        Assert.Equal(["python3", "/programs/tree.py"], processes[0].GetProperty("command").EnumerateArray().Select(word => word.GetString()));
        Assert.Contains(processes, process => process.GetProperty("command").EnumerateArray().Select(word => word.GetString()).FirstOrDefault() == "sh");
        Assert.Equal(2, processes[0].GetProperty("threads").GetInt32());
        Assert.InRange(processes[0].GetProperty("memoryBytes").GetInt64(), 1_000_000, 100_000_000);
        Assert.Equal(4096, processes[0].GetProperty("sharedBytes").GetInt64());
        Assert.Contains("file /tmp/gone (deleted)", files);
        Assert.Contains("tcp 127.0.0.1:8080", files);
        Assert.Contains("unix /data/socket", files);
        Assert.Contains("inotify /data/watched", files);
        Assert.Equal("stdout", processes[0].GetProperty("files")[1].GetProperty("stream").GetString());
        Assert.Equal(level, report.GetProperty("level").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("damage").ValueKind);
        Assert.Empty(report.GetProperty("problems").EnumerateArray());
        Assert.True(report.GetProperty("restorable").GetBoolean(), raw);
        Assert.Contains("/usr/bin", report.GetProperty("neededOfPod").EnumerateArray().Select(path => Path.GetDirectoryName(path.GetString())));
        Assert.DoesNotContain("geheim", raw + look.Said, StringComparison.Ordinal);
    }

    [LabTheory]
    [Explains("the checkpoint cannot be read: …")]
    public void Inspect_names_the_image_that_is_damaged(string message)
    {
        using ImageDirectory images = new();
        Checkpoint(images, 1);
        images.FlipByte(1, "files.img");
        string truncated = images.AnyImage(1, "pstree.img");
        Pod Look() => new(["--image-dir", images.Path], ["crik", "inspect", "--image-dir", "/checkpoint"]);

        using (Pod pod = Look())
        {
            pod.WaitForExit(125);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik error:", StringComparison.Ordinal) && line.Contains("files.img", StringComparison.Ordinal));
        }

        File.WriteAllBytes(truncated, File.ReadAllBytes(truncated)[..11]);
        using Pod cut = Look();
        cut.WaitForExit(125);
        Assert.Empty(cut.Output);
        cut.AssertSaid($"crik error: {message}pstree.img");
    }

    [LabFact]
    public void Rollback_makes_the_next_start_restore_an_older_checkpoint_and_deletes_nothing()
    {
        using ImageDirectory images = new();
        int[] last = Checkpoint(images, 3);

        Assert.Contains("checkpoint 1", Tool(images, 0, "rollback", "1"), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], images.Generations);

        // A run that is killed before its first checkpoint does not change the choice.
        for (int i = 0; i < 2; i++)
        {
            using Pod killed = Pod.WithCheckpoints(images, ["--env", "CRIK_KEEP=5"], Programs.Counter);
            killed.WaitForCount(last[0] + 2);
            Assert.Equal(last[0] + 1, killed.Counted()[0]);
            killed.Kill("KILL");
            killed.WaitForExit();
        }

        using (Pod fourth = Pod.WithCheckpoints(images, ["--env", "CRIK_KEEP=5"], Programs.Counter))
        {
            fourth.WaitForCount(last[0] + 2);
            Assert.Equal(last[0] + 1, fourth.Counted()[0]);
            fourth.End(143);
        }

        Assert.Equal([1, 2, 3, 4], images.Generations);
        Tool(images, 0, "rollback", "3");
        using Pod forward = Pod.WithCheckpoints(images, ["--env", "CRIK_KEEP=5"], Programs.Counter);
        forward.WaitForCount(last[2] + 2);
        Assert.Equal(last[2] + 1, forward.Counted()[0]);
    }

    [LabTheory]
    [Explains("… is in use by crik of …: its checkpoints can be changed while no crik runs on it")]
    public void Rollback_and_prune_are_refused_while_crik_uses_the_directory(string message)
    {
        using ImageDirectory images = new();
        Checkpoint(images, 2);
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_IMAGE_DIR=/checkpoint"], Programs.Counter);
        pod.WaitForLine("crik info: restored");

        string[] said = pod.Exec("sh", "-c", "crik prune --keep 1 2>&1; echo code $?; crik rollback 1 2>&1; echo code $?").Split('\n');

        Assert.Equal(2, said.Count(line => line == "code 124"));
        Assert.Equal(2, said.Count(line => Explained.IsIn(message, line) && line.Contains($"crik of {pod.Name}", StringComparison.Ordinal)));
        Assert.Equal([1, 2], images.Generations);
        pod.End(143);
        Assert.Equal([2, 3], images.Generations);
    }

    [LabFact]
    public void Prune_removes_the_oldest_checkpoints_and_unfinished_ones()
    {
        using ImageDirectory images = new();
        Checkpoint(images, 3);
        Directory.CreateDirectory(images.In(".staging-4.1", "images"));

        Assert.StartsWith("would remove 2, 1; would keep 3\nwould remove /checkpoint/.staging-4.1", Tool(images, 0, "prune", "--keep", "1", "--dry-run"), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], images.Generations);
        Assert.True(Directory.Exists(images.In(".staging-4.1")));
        Assert.StartsWith("removed 2, 1; kept 3\n", Tool(images, 0, "prune", "--keep", "1"), StringComparison.Ordinal);

        Assert.Equal([3], images.Generations);
        Assert.False(Directory.Exists(images.In(".staging-4.1")));
    }

    [LabTheory]
    [Explains("there is no checkpoint N in …")]
    public void The_commands_report_a_missing_checkpoint_and_a_missing_image_directory(string message)
    {
        using ImageDirectory images = new();

        Assert.Equal("there is no checkpoint in /checkpoint\n", Tool(images, 0, "list"));
        Assert.Contains("no checkpoint in", Tool(images, 125, "inspect"), StringComparison.Ordinal);
        Assert.True(Explained.IsIn(message, Tool(images, 125, "rollback", "4")));
        using Pod none = new([], ["crik", "list"]);
        none.WaitForExit(64);
        Assert.Contains(none.Errors, line => line.Contains("--image-dir", StringComparison.Ordinal));
    }

    /// <summary>Makes this many checkpoints of a counter, each in a pod of its own.</summary>
    /// <returns>The last number of each checkpoint.</returns>
    private static int[] Checkpoint(ImageDirectory images, int count)
    {
        List<int> last = [];
        for (int i = 0; i < count; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_KEEP=5", "--env", "KUBERNETES_NODE_NAME=node-7"], Programs.Counter);
            pod.WaitForCount(1);
            pod.WaitForCount(pod.Counted()[0] + 3);
            pod.End(143);
            last.Add(pod.Counted()[^1]);
        }

        return [.. last];
    }

    /// <summary>Runs a command of crik in a new pod, which must end with this exit code.</summary>
    /// <returns>The output of the command, and then its messages.</returns>
    private static string Tool(ImageDirectory images, int code, string command, params string[] arguments)
    {
        using Pod pod = new(["--image-dir", images.Path, "--env", "CRIK_IMAGE_DIR=/checkpoint"], ["crik", command, .. arguments]);
        pod.WaitForExit(code);
        return string.Concat(pod.Output.Concat(pod.Errors).Select(line => $"{line}\n"));
    }
}
