using Crik.Criu;
using Crik.Files;

namespace Crik.Store;

/// <summary>What this container offers to one checkpoint. The compatibility gate compares it with what the checkpoint needs.</summary>
/// <param name="CriuVersion">The version of the installed criu, as criu counts: 40300 for 4.3.</param>
/// <param name="CanDecompress">Whether criu can read the checkpoint's memory, which may be compressed.</param>
/// <param name="MissingPaths">Files that the checkpoint needs and the restored program would not find.</param>
/// <param name="Written">The files on volumes that the program had open for writing, as they are now.</param>
internal sealed record ContainerFacts(
    MachineFacts Machine, int CriuVersion, bool CanDecompress, PrivilegeLevel Level, IReadOnlyList<string> MissingPaths,
    IReadOnlyDictionary<string, FileStamp> Written, IReadOnlyList<LostSocket> LostSockets)
{
    /// <summary>The names of the capabilities that the program has, and that criu cannot give it back here.</summary>
    public IReadOnlyList<string> MissingCapabilities { get; init; } = [];

    /// <param name="additionalPaths">Files below these paths are put back before a restore.</param>
    /// <param name="canDecompress">Asks criu. This is slow, and is done only for a checkpoint with compressed memory.</param>
    public static ContainerFacts Read(
        CheckpointManifest manifest, string images, IReadOnlyList<string> additionalPaths, CriuSetup criu, int criuVersion, Func<bool> canDecompress)
    {
        HashSet<string> own = [.. manifest.OwnPaths];
        bool IsPutBack(string path) => own.Contains(path) || (manifest.HasFiles && additionalPaths.Any(root => PathNames.IsBelow(path, root)));

        HashSet<string> written = [.. manifest.WrittenFiles.Select(file => file.Path)];
        List<string> missing = [];
        Dictionary<string, FileStamp> stamps = [];
        foreach (string path in manifest.Paths.Where(path => !IsPutBack(path)))
        {
            if (Libc.TryStatus(ProjectedVolume.Move(path) ?? path, followLinks: true) is not { } status)
            {
                missing.Add(path);
            }
            else if (written.Contains(path))
            {
                stamps.Add(path, FileStamp.Of(status));
            }
        }

        return new ContainerFacts(
            Store.Machine.Read(), criuVersion, !manifest.IsCompressed || canDecompress(), criu.Level, missing, stamps,
            LostSocket.Find(images, manifest.Addresses, Store.Machine.Addresses()))
        {
            MissingCapabilities = Capabilities.Missing(images, manifest.RootPid, criu.Capabilities),
        };
    }
}
