using System.Text.Json.Nodes;

namespace Crik.SystemTests.Store;

/// <summary>Tests the contents of the image directory, its lock, and damaged checkpoints.</summary>
public sealed class StoreTests
{
    [LabFact]
    public void Only_committed_checkpoints_count()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In(".staging-9.1", "images"));
        File.WriteAllText(images.In(".staging-9.1", "images", "core-301.img"), "half");
        File.WriteAllText(images.In("stray.img"), "x");

        using Pod pod = Pod.WithCheckpoints(images, [], "echo", "fresh");

        pod.WaitForExit(0);
        Assert.Contains("fresh", pod.Output);
        Assert.False(Directory.Exists(images.In(".staging-9.1")));
        Assert.True(File.Exists(images.In("stray.img")));
    }

    [LabTheory]
    [Explains("… cannot be trusted", "byte")]
    [Explains("… cannot be trusted", "truncated manifest")]
    [Explains("… cannot be trusted", "path out")]
    [Explains("… cannot be trusted", "missing image")]
    [Explains("… cannot be trusted", "empty directory")]
    public void A_damaged_checkpoint_is_set_aside_and_the_previous_one_is_restored(string message, string damage)
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
        string[] options = ["--env", $"CRIK_CHECKSUM_PAGES={checksums}", "--env", "CRIK_WHEN_RESTORE_FAILS=startFresh"];
        images.MakeCheckpoint(options, ["python3", "/programs/hold.py", "20"], count: 2);

        string pages = images.AnyImage(1, "pages-1.img");
        using (FileStream file = File.OpenWrite(pages))
        {
            file.Seek(file.Length / 2, SeekOrigin.Begin); // in the middle of the memory that hold.py checks
            file.WriteByte(0);
            file.WriteByte(1);
        }

        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "1");
        pod.WaitForCount(1);
        Assert.Equal(failed, images.Failed.Length);
    }

    [LabTheory]
    [Explains("no volume is mounted at the image directory")]
    public void A_warning_in_JSON_says_that_the_image_directory_is_not_on_a_volume(string message)
    {
        using Pod pod = new([], ["crik", "run", "--image-dir", "/new/directory", "--log-format", "json", "--", "true"]);

        pod.WaitForExit(0);

        JsonNode[] log = [.. pod.Errors.Select(line => JsonNode.Parse(line)!)];
        Assert.Contains(log, line => (string?)line["level"] == "warning" && ((string?)line["message"])!.StartsWith(message, StringComparison.Ordinal));
    }

    [LabTheory]
    [Explains("No space left on device")]
    public void A_full_disk_prevents_the_checkpoint_and_does_not_harm_the_program(string message)
    {
        // The volume has 40 MiB. The images fit, but the additional file of 30 MiB does not.
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
    public void Only_the_owner_can_open_the_image_directory_and_the_directories_in_it()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForCount(2);
        pod.End();

        string open = Lab.Run("find", images.Path, "-type", "d", "-perm", "/077");

        Assert.Equal("", open);
    }

    /// <summary>Makes two checkpoints of a counter.</summary>
    /// <returns>The last number of each checkpoint.</returns>
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
