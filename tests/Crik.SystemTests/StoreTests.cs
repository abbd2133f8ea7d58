using System.Text.Json.Nodes;

namespace Crik.SystemTests;

/// <summary>What is on disk, and what is done with what should not be.</summary>
public sealed class StoreTests
{
    [LabFact]
    public void Original_defect_6_only_what_was_committed_counts()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In(".staging-9", "images"));
        File.WriteAllText(images.In(".staging-9", "images", "core-301.img"), "half");
        File.WriteAllText(images.In("stray.img"), "x");

        using Pod pod = Pod.WithCheckpoints(images, [], "echo", "fresh");

        pod.WaitForExit(0);
        Assert.Contains("fresh", pod.Output);
        Assert.False(Directory.Exists(images.In(".staging-9")));
        Assert.True(File.Exists(images.In("stray.img")));
    }

    [LabTheory]
    [Explains("… cannot be trusted", "byte")]
    [Explains("… cannot be trusted", "truncated manifest")]
    [Explains("… cannot be trusted", "path out")]
    [Explains("… cannot be trusted", "missing image")]
    [Explains("… cannot be trusted", "empty directory")]
    public void A_damaged_checkpoint_is_set_aside_and_the_one_before_is_used(string message, string damage)
    {
        using ImageDirectory images = new();
        int[] counted = MakeTwo(images);
        switch (damage)
        {
            case "byte":
                images.FlipByte(2, "core-*.img");
                break;
            case "truncated manifest":
                File.WriteAllText(images.Manifest(2), File.ReadAllText(images.Manifest(2))[..200]);
                break;
            case "path out":
                JsonNode manifest = JsonNode.Parse(File.ReadAllText(images.Manifest(2)))!;
                manifest["images"]![0]!["name"] = "../manifest.json";
                File.WriteAllText(images.Manifest(2), manifest.ToJsonString());
                break;
            case "missing image":
                File.Delete(images.AnyImage(2, "pages-*.img"));
                break;
            default:
                Directory.Delete(images.In("checkpoints", "2"), recursive: true);
                Directory.CreateDirectory(images.In("checkpoints", "2"));
                break;
        }

        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForLine("crik info: restored generation=1");
        pod.WaitForCount(counted[0] + 2);
        pod.End(143);

        Assert.Equal(counted[0] + 1, pod.Counted()[0]);
        Assert.Equal([2], images.Failed);
        pod.AssertSaid($"crik error: checkpoint 2 cannot be restored and was set aside: {message}");
    }

    [LabTheory]
    [InlineData("true", 1)]
    [InlineData("false", 0)]
    public void ChecksumPages_finds_a_changed_page(string checksums, int failed)
    {
        using ImageDirectory images = new();
        string[] options = ["--env", $"CRIK_CHECKSUM_PAGES={checksums}"];
        using (Pod first = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "20"))
        {
            first.WaitForCount(2);
            first.End(143);
        }

        string pages = images.AnyImage(1, "pages-1.img");
        using (FileStream file = File.OpenWrite(pages))
        {
            file.Seek(file.Length / 2, SeekOrigin.Begin); // in the middle of what hold.py holds
            file.WriteByte(0);
            file.WriteByte(1);
        }

        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "1");
        pod.WaitForCount(1);
        Assert.Equal(failed, images.Failed.Length);
    }

    [LabTheory]
    [Explains("no volume is mounted at the image directory")]
    public void A_directory_that_is_no_volume_is_remarked_and_the_log_can_be_JSON(string message)
    {
        using Pod pod = new([], ["crik", "run", "--image-dir", "/new/directory", "--log-format", "json", "--", "true"]);

        pod.WaitForExit(0);

        JsonNode[] log = [.. pod.Errors.Select(line => JsonNode.Parse(line)!)];
        Assert.Contains(log, line => (string?)line["level"] == "warning" && ((string?)line["message"])!.StartsWith(message, StringComparison.Ordinal));
    }

    [LabTheory]
    [Explains("No space left on device")]
    public void A_full_disk_leaves_the_program_running_and_the_older_checkpoint_alone(string message)
    {
        // 30 MiB of images on a volume of 40, with additional files that do not fit.
        using Pod pod = new(
            ["--tmpfs", "/checkpoint:40m", "--env", "CRIK_ADDITIONAL_PATHS=/big"],
            ["sh", "-c", "head -c 30m /dev/urandom >/big; exec crik run --image-dir /checkpoint -- python3 /programs/hold.py 20"]);
        pod.WaitForCount(3);

        pod.End(7);

        Assert.Contains("got TERM, memory whole", pod.Output);
        pod.AssertSaid($"crik error: no checkpoint was made: …{message}");
    }

    [LabTheory]
    [Explains("imageDir … cannot be used")]
    public void A_read_only_image_directory_is_an_error_before_the_program_starts(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--mount", $"{images.Path}:/checkpoint:ro"], ["crik", "run", "--image-dir", "/checkpoint", "--", "echo", "ran"]);

        pod.WaitForExit(125);

        Assert.Empty(pod.Output);
        pod.AssertSaid($"crik error: {message}: …Read-only file system");
    }

    [LabFact]
    public void Of_two_pods_that_start_at_once_one_runs_and_the_other_names_it()
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_LOCK_TIMEOUT=2s"];
        using Pod one = Pod.WithCheckpoints(images, options, Programs.Counter);
        using Pod other = Pod.WithCheckpoints(images, options, Programs.Counter);
        one.WaitFor(line => line == "count 3" || line.StartsWith("crik error", StringComparison.Ordinal), "either");
        other.WaitFor(line => line == "count 3" || line.StartsWith("crik error", StringComparison.Ordinal), "either");

        (Pod winner, Pod loser) = one.Counted().Length > 0 ? (one, other) : (other, one);

        loser.WaitForExit(124);
        Assert.Empty(loser.Counted());
        Assert.Contains(loser.Errors, line => line.Contains(winner.Name, StringComparison.Ordinal));
        winner.End(143);
    }

    [LabFact]
    public void A_pod_waits_for_the_one_that_is_still_checkpointing()
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
    public void The_image_directory_and_everything_in_it_is_private()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForCount(2);
        pod.End();

        string open = Lab.Run("find", images.Path, "-type", "d", "-perm", "/077");

        Assert.Equal("", open);
    }

    /// <summary>Two checkpoints of a counter, and the last number of each.</summary>
    private static int[] MakeTwo(ImageDirectory images)
    {
        List<int> last = [];
        for (int pod = 0; pod < 2; pod++)
        {
            using Pod run = Pod.WithCheckpoints(images, [], Programs.Counter);
            run.WaitForCount(last.LastOrDefault() + 3);
            run.End(143);
            last.Add(run.Counted()[^1]);
        }

        return [.. last];
    }
}
