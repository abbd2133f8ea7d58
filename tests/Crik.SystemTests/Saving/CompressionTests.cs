using System.Text.Json.Nodes;

namespace Crik.SystemTests.Saving;

/// <summary>
/// Tests compressed memory. The criu of Debian cannot compress. Where a test needs one that can, a script stands in for
/// it and only pretends to compress.
/// </summary>
public sealed partial class CompressionTests
{
    private const string MiB = "100";
    private static readonly string[] s_program = ["python3", "/programs/half.py", MiB];
    private static readonly string[] s_wanted = ["--env", "CRIK_COMPRESSION=lz4"];
    private static readonly string[] s_standIn = ["--env", "CRIK_CRIU_PATH=/programs/lz4-criu", "--env", "COMPRESSION_NOTE=/checkpoint/note"];

    [LabTheory]
    [Explains("the memory is not compressed")]
    public void A_criu_without_LZ4_causes_a_warning_and_an_uncompressed_checkpoint(string message)
    {
        using ImageDirectory images = new();
        int last = Checkpoint(images, s_wanted, out string[] said);

        Assert.Contains(said, line => line.StartsWith($"crik warning: {message} because=\"this criu has no LZ4", StringComparison.Ordinal));
        Assert.Null(Manifest(images, 1)["compressedMemory"]);
        using Pod next = Pod.WithCheckpoints(images, s_wanted, s_program);
        AssertGoesOn(next, last);
    }

    [LabTheory]
    [Explains("does not fit: criu: the memory in it is compressed")]
    public void A_compressed_checkpoint_waits_for_a_criu_that_can_read_it(string message)
    {
        using ImageDirectory images = new();
        int last = Checkpoint(images, [.. s_standIn, .. s_wanted], out _);
        Assert.Equal(["asked whether it can compress", "dump compress=1"], Notes(images));
        Assert.InRange((long)Manifest(images, 1)["compressedMemory"]!, 100 << 20, 200 << 20);
        string seenByCriu = Inspected(images, "criu");
        Assert.Contains("compressed from about", seenByCriu, StringComparison.Ordinal);
        Assert.Contains("has no LZ4", seenByCriu, StringComparison.Ordinal);
        Assert.DoesNotContain("has no LZ4", Inspected(images, "/programs/lz4-criu"), StringComparison.Ordinal);

        using (Pod refused = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail", "--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"], s_program))
        {
            refused.WaitForExit(123);
            Assert.Contains(refused.Errors, line => line.StartsWith($"crik error: checkpoint 1 {message}", StringComparison.Ordinal));
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, s_standIn, s_program);
        AssertGoesOn(next, last);
    }

    [LabFact]
    public void Automatic_compression_depends_on_the_measured_speed_of_the_volume()
    {
        string[] automatic = [.. s_standIn, "--env", "CRIK_COMPRESSION=auto"];
        using ImageDirectory images = new();
        int last = Checkpoint(images, automatic, out _);
        Assert.False(File.Exists(images.In("note"))); // the speed of the volume was not known, so that crik did not ask criu
        Assert.Null(Manifest(images, 1)["compressedMemory"]);
        JsonNode run = Run(images);
        Assert.True((long)run["speeds"]![0]! > 0);
        run["speeds"] = new JsonArray(50L << 20);
        File.WriteAllText(images.In("run.json"), run.ToJsonString());

        using (Pod pod = Pod.WithCheckpoints(images, automatic, s_program))
        {
            AssertGoesOn(pod, last);
            pod.End(143);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik info: the memory is compressed because=\"50 MiB of memory a second", StringComparison.Ordinal));
        }

        Assert.NotNull(Manifest(images, 2)["compressedMemory"]);
        run = Run(images);
        Assert.Equal(50L << 20, (long)run["speeds"]![0]!);
        Assert.True((long)run["compressedSpeeds"]![0]! > 0);
        Assert.InRange((int)run["compressedPercent"]!, 50, 100); // the stand-in does not compress
    }

    private static int Checkpoint(ImageDirectory images, string[] options, out string[] said)
    {
        using Pod pod = Pod.WithCheckpoints(images, options, s_program);
        pod.WaitForLine("whole 1");
        pod.End(143);
        said = pod.Errors;
        return pod.Counted()[^1];
    }

    private static void AssertGoesOn(Pod pod, int last)
    {
        pod.AssertContinuesAfter(last);
        int looks = pod.Output.Count(line => line.StartsWith("whole", StringComparison.Ordinal));
        pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith("whole", StringComparison.Ordinal)) >= looks + 2, "two more checks of the memory");
        Assert.DoesNotContain(pod.Output, line => line.StartsWith("DAMAGED", StringComparison.Ordinal));
    }

    private static string Inspected(ImageDirectory images, string criu)
    {
        using Pod pod = new(["--image-dir", images.Path, "--env", $"CRIK_CRIU_PATH={criu}"], ["crik", "inspect", "--image-dir", "/checkpoint"]);
        pod.WaitForExit(0);
        return string.Join(' ', string.Join(' ', pod.Output).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[] Notes(ImageDirectory images) => File.ReadAllLines(images.In("note"));

    private static JsonNode Manifest(ImageDirectory images, int generation) => JsonNode.Parse(File.ReadAllText(images.Manifest(generation)))!;

    private static JsonNode Run(ImageDirectory images) => JsonNode.Parse(File.ReadAllText(images.In("run.json")))!;
}
