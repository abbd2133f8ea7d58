using System.Globalization;
using Crik.Store;

namespace Crik.Tests.Store;

/// <summary>Makes checkpoints that are complete except for the contents of criu's images.</summary>
internal static class CheckpointFixture
{
    public static string Add(TempDirectory imageDir, int generation, string parent = "checkpoints", string program = "app") =>
        AddAt(imageDir.Path, generation, program, DateTimeOffset.UnixEpoch, parent);

    public static string AddAt(string imageDir, int generation, string program, DateTimeOffset at, string parent = "checkpoints")
    {
        string path = Path.Combine(imageDir, parent, generation.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Path.Combine(path, "images"));
        string image = Path.Combine(path, "images", "core-301.img");
        File.WriteAllText(image, "core");
        CheckpointManifest manifest = Manifest(generation, program, [new("core-301.img", 4, Checksums.OfFile(image))]) with { CreatedAt = at };
        File.WriteAllBytes(Path.Combine(path, "manifest.json"), CheckpointJson.Write(manifest));
        return path;
    }

    /// <summary>
    /// Opens an image directory that was just closed. A process that another test starts has a copy of the lock's descriptor, and so the
    /// lock, until it executes its program.
    /// </summary>
    public static ImageDirectory Reopen(string path)
    {
        while (true)
        {
            try
            {
                return ImageDirectory.OpenForChange(path);
            }
            catch (CheckpointException held) when (held.Kind == FailureKind.Locked)
            {
                Thread.Yield();
            }
        }
    }

    public static CheckpointManifest Manifest(int generation, string program, IReadOnlyList<ImageFile> images) => new()
    {
        Format = 1,
        Stdio = [],
        Watches = [],
        Cgroups = [],
        ExternalMounts = ["/etc/hosts"],
        Paths = [],
        Generation = generation,
        RunId = "r",
        CreatedAt = DateTimeOffset.UnixEpoch,
        CrikVersion = "0.1.0",
        CriuVersion = 40300,
        Unprivileged = true,
        Machine = new("X64", "6.8.0", "pod-0", "b", [], 1000, "node-1"),
        Command = [program, "--flag"],
        RootPid = 301,
        Pids = [301],
        Images = images,
    };
}
