using System.Globalization;
using System.Security.Cryptography;
using Crik.Configuration;
using Crik.Criu;
using Crik.Files;
using Crik.Init;
using Crik.Linux;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Restore;

/// <summary>A real image directory in memory. Its checkpoints fit this machine, but the images of criu in them are empty.</summary>
internal sealed class RestoreFixture : IDisposable
{
    /// <summary>The limit of process numbers (PID_MAX_LIMIT). A manifest may contain it, but the kernel never uses it.</summary>
    public const int RootPid = 1 << 22;

    private static readonly byte[] s_emptyImage = [0x19, 0x43, 0x56, 0x54, 1, 2, 3, 4];
    private readonly TempDirectory _temp = TempDirectory.Below("/dev/shm");
    private readonly ImageDirectory _directory;

    public RestoreFixture(params int[] generations)
    {
        foreach (int generation in generations)
        {
            Add(generation);
        }

        _directory = ImageDirectory.OpenForChange(_temp.Path);
        Store = new CheckpointStore(_directory);
    }

    public CheckpointStore Store { get; }

    public string RestoredFile => _temp.In("restored.json");

    public RestorePolicy Policy => new()
    {
        RestoreAttempts = 2,
        WhenRestoreFails = WhenRestoreFails.StartFresh,
        WhenIncompatible = WhenIncompatible.StartFresh,
        WhenClockJumps = WhenClockJumps.Warn,
        WhenProgramChanged = WhenProgramChanged.StartFresh,
        MaxAge = TimeSpan.Zero,
        WhenVolumeFilesChanged = WhenVolumeFilesChanged.Warn,
        LazyPages = LazyPages.Never,
        AdditionalPaths = [],
        RestoredFile = RestoredFile,
    };

    public Pod Pod(IInit init, ICriu criu) => new(init, Store, criu, StandardStreams.None, new ContainerAge());

    /// <summary>Writes a checkpoint.</summary>
    public CheckpointManifest Add(int generation, Func<CheckpointManifest, CheckpointManifest>? change = null)
    {
        string path = PathOf(generation);
        string images = Directory.CreateDirectory(Path.Combine(path, "images")).FullName;
        List<ImageFile> described = [];
        foreach (string name in new[] { "files.img", $"mm-{RootPid}.img" })
        {
            File.WriteAllBytes(Path.Combine(images, name), s_emptyImage);
            described.Add(new ImageFile(name, s_emptyImage.Length, Checksums.OfFile(Path.Combine(images, name))));
        }

        CheckpointManifest manifest = CheckpointFixture.Manifest(generation, "app", described) with
        {
            RootPid = RootPid,
            Pids = [RootPid],
            ExternalMounts = [],
            Machine = Machine.Read(),
        };
        manifest = change?.Invoke(manifest) ?? manifest;
        File.WriteAllBytes(Path.Combine(path, "manifest.json"), CheckpointJson.Write(manifest));
        return manifest;
    }

    /// <summary>Writes a checkpoint of a program that had a file open for writing.</summary>
    /// <param name="then">Returns the stamp that the file had at the checkpoint, from the stamp that it has now.</param>
    public void AddWithWrittenFile(int generation, Func<FileStamp, FileStamp> then)
    {
        string file = _temp.Write("database", "rows");
        FileStamp stamp = then(FileStamp.Of(Libc.TryStatus(file, followLinks: true)!.Value));
        Add(generation, manifest => manifest with { Paths = [file], WrittenFiles = [new WrittenFile(file, stamp)] });
    }

    /// <summary>Writes a checkpoint that has all files of a directory.</summary>
    public void AddWithFiles(int generation, string directory)
    {
        Add(generation, manifest => manifest with { HasFiles = true });
        FileArchive.Capture([directory], [], [], CheckpointLayout.FilesIn(PathOf(generation)), CancellationToken.None);
    }

    /// <summary>Writes a checkpoint with files that are not there any more.</summary>
    /// <returns>The directory of the files, for additionalPaths.</returns>
    public string AddWithLostFiles(int generation, params string[] names)
    {
        string state = Directory.CreateDirectory(_temp.In("state")).FullName;
        foreach (string name in names)
        {
            File.WriteAllText(Path.Combine(state, name), $"{name} of {generation}");
        }

        AddWithFiles(generation, state);
        Directory.Delete(state, recursive: true);
        return state;
    }

    public void Damage(int generation) => File.WriteAllText(Path.Combine(PathOf(generation), "images", "files.img"), "no image");

    /// <summary>Writes what criu would write to its log during a restore.</summary>
    public void WriteRestoreLog(int generation, string error) =>
        File.WriteAllText(Path.Combine(_temp.Path, $".restore-{generation}.{Store.Epoch}", "restore.log"), $"(00.012345)      1: Error (criu/cr-restore.c:1): {error}\n");

    public bool IsSetAside(int generation) =>
        Directory.Exists(_temp.In("failed", Name(generation))) && !Directory.Exists(PathOf(generation));

    public bool IsInPlace(int generation) => File.Exists(Path.Combine(PathOf(generation), "manifest.json")) && !Directory.Exists(_temp.In("failed", Name(generation)));

    /// <summary>The names and contents of all files of a checkpoint.</summary>
    public string Contents(int generation) => string.Join('\n', Directory.EnumerateFileSystemEntries(PathOf(generation), "*", SearchOption.AllDirectories).Order()
        .Select(path => $"{path} {(File.Exists(path) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : "")}"));

    /// <summary>The files that attempts have left beside the checkpoints.</summary>
    public string[] Attempts() => Directory.GetDirectories(_temp.Path, ".restore-*");

    public void Dispose()
    {
        _directory.Dispose();
        _temp.Dispose();
    }

    private string PathOf(int generation) => _temp.In("checkpoints", Name(generation));

    private static string Name(int generation) => generation.ToString(CultureInfo.InvariantCulture);
}
