namespace Crik.SystemTests.Saving;

/// <summary>
/// Tests compression with a criu that can compress, for make compression-test. Without such a criu the project file
/// leaves this file out.
/// </summary>
public sealed partial class CompressionTests
{
    [LabFact]
    public void Compressed_images_are_smaller_and_restore_the_right_memory()
    {
        string[] real = ["--mount", $"{Environment.GetEnvironmentVariable("CRIK_LZ4_CRIU")}:/criu-lz4:ro", "--env", "CRIK_CRIU_PATH=/criu-lz4"];
        using ImageDirectory images = new();
        int last = 0;
        for (int generation = 1; generation <= 2; generation++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [.. real, .. s_wanted], s_program);
            AssertGoesOn(pod, last);
            pod.End(143);
            last = pod.Counted()[^1];
            long memory = (long)Manifest(images, generation)["compressedMemory"]!;
            Assert.InRange(new FileInfo(images.AnyImage(generation, "pages-1.img")).Length, memory / 5, memory * 7 / 10);
        }

        Assert.Contains("has no LZ4", Inspected(images, "criu"), StringComparison.Ordinal);
        using (Pod refused = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail"], s_program))
        {
            refused.WaitForExit(123);
        }

        using (Pod tried = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=tryAnyway", "--env", "CRIK_WHEN_RESTORE_FAILS=fail"], s_program))
        {
            tried.WaitForExit(123);
            Assert.Contains(tried.Errors, line => line.Contains("this criu was built without LZ4", StringComparison.Ordinal));
        }
    }
}
