using System.Globalization;

namespace Crik.SystemTests;

/// <summary>An image directory on the disk of this machine.</summary>
internal sealed class ImageDirectory : IDisposable
{
    private readonly TempDirectory _directory = new("crik-images-");

    public string Path => _directory.Path;

    public int[] Generations => Numbers("checkpoints");

    public int[] Failed => Numbers("failed");

    public string In(params string[] parts) => _directory.In(parts);

    public string Manifest(int generation) => In("checkpoints", generation.ToString(CultureInfo.InvariantCulture), "manifest.json");

    public string AnyImage(int generation, string pattern) =>
        Directory.EnumerateFiles(In("checkpoints", generation.ToString(CultureInfo.InvariantCulture), "images"), pattern).Order(StringComparer.Ordinal).First();

    public void FlipByte(int generation, string pattern)
    {
        string path = AnyImage(generation, pattern);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>
    /// Runs a counting program in a pod until it reaches a number, and ends the pod with a checkpoint.
    /// </summary>
    /// <returns>The last number that the program wrote.</returns>
    public int MakeCheckpoint(string[] options, string[] program, int count = 3)
    {
        using Pod pod = Pod.WithCheckpoints(this, options, program);
        pod.WaitForCount(count);
        pod.End(143);
        return pod.Counted()[^1];
    }

    /// <summary>
    /// Runs a counting program in some pods, one after the other. Each pod has to continue after the last number of the
    /// previous pod.
    /// </summary>
    public void RunGenerations(int generations, string[] options, string[] program)
    {
        int last = 0;
        for (int i = 0; i < generations; i++)
        {
            using Pod pod = Pod.WithCheckpoints(this, options, program);
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }

    public void Dispose() => _directory.Dispose();

    private int[] Numbers(string directory) => !Directory.Exists(In(directory))
        ? []
        : [.. Directory.EnumerateDirectories(In(directory)).Select(path => int.Parse(System.IO.Path.GetFileName(path), CultureInfo.InvariantCulture)).Order()];
}
