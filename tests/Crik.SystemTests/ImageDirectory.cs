using System.Globalization;

namespace Crik.SystemTests;

/// <summary>An image directory on this machine's disk, and a look into it.</summary>
internal sealed class ImageDirectory : IDisposable
{
    public ImageDirectory()
    {
        Path = Directory.CreateTempSubdirectory("crik-images-").FullName;
    }

    public string Path { get; }

    public int[] Generations => Numbers("checkpoints");

    public int[] Failed => Numbers("failed");

    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

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

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private int[] Numbers(string directory) => !Directory.Exists(In(directory))
        ? []
        : [.. Directory.EnumerateDirectories(In(directory)).Select(path => int.Parse(System.IO.Path.GetFileName(path), CultureInfo.InvariantCulture)).Order()];
}
