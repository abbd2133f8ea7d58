using System.Globalization;
using Crik.Configuration;
using Crik.Files;
using Crik.Init;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Save;

/// <summary>A real image directory in memory with one checkpoint, and a file that the next checkpoint must include.</summary>
internal sealed class SaveFixture : IDisposable
{
    public const int Older = 1;

    private readonly TempDirectory _temp = TempDirectory.Below("/dev/shm"); // syncfs(2) waits for nobody there
    private readonly ImageDirectory _directory;

    public SaveFixture()
    {
        Directory.CreateDirectory(ImageDir);
        CheckpointFixture.Add(_temp, Older, "images/checkpoints");
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Combine(State, "state"), "kept");
        _directory = ImageDirectory.OpenForChange(ImageDir);
        Store = new CheckpointStore(_directory);
    }

    public string ImageDir => _temp.In("images");

    public long Epoch => _directory.Epoch;

    public string State => _temp.In("state");

    public CheckpointStore Store { get; }

    public SavePolicy Policy => new()
    {
        ImageDir = ImageDir,
        AdditionalPaths = [State],
        InotifyIncompatiblePaths = [],
        GhostLimit = 1 << 20,
        ContainerFilesLimit = 0,
        ShareSysvMemory = false,
        ChecksumPages = true,
        Compression = Compression.None,
        Keep = 3,
    };

    public static RunRecord Run { get; } = new() { RunId = "r", StartedAt = DateTimeOffset.UnixEpoch, HostName = "h" };

    public Pod Pod(IInit init, Crik.Criu.ICriu criu) => new(init, Store, criu, StandardStreams.None, new ContainerAge());

    /// <summary>The generations that appeared since the start, complete or not.</summary>
    public int[] New() => [.. Directory.EnumerateDirectories(Path.Combine(ImageDir, "checkpoints"))
        .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).Where(generation => generation != Older)];

    public string[] Unfinished() => Directory.GetDirectories(ImageDir, ".*");

    public void Dispose()
    {
        _directory.Dispose();
        _temp.Dispose();
    }
}
