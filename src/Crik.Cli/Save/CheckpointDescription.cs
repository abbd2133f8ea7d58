using Crik.Criu;
using Crik.Criu.Images;
using Crik.Files;
using Crik.Store;

namespace Crik.Save;

/// <summary>Writes the description of a new checkpoint for its manifest.</summary>
internal static class CheckpointDescription
{
    private static readonly string[] s_notPartOfIt = [CheckpointLayout.DumpLog, CheckpointLayout.CriuOutput, ImageName.DumpStatistics];

    /// <summary>Reads and checks everything in the draft, so it takes as long as the disk does.</summary>
    /// <param name="criuVersion">criu's version as one number: 40300 for 4.3.</param>
    /// <param name="compressedMemory">How many bytes of memory criu compressed; <see langword="null"/> when it did not.</param>
    public static CheckpointManifest Of(
        CheckpointDraft draft, SaveRequest request, SaveState.Captured saved, PrivilegeLevel level, int criuVersion, long? compressedMemory, bool checksumPages)
    {
        FrozenTree tree = saved.Before.Tree;
        bool hasFiles = Directory.Exists(draft.FilesPath);
        ImageFile Describe(string path, bool isLarge) =>
            new(Path.GetFileName(path), new FileInfo(path).Length, isLarge && !checksumPages ? null : Checksums.OfFile(path));
        return new()
        {
            Format = CheckpointManifest.CurrentFormat,
            Generation = draft.Generation,
            Repeats = request.Run.State,
            RunId = request.Run.RunId,
            CreatedAt = DateTimeOffset.UtcNow,
            CrikVersion = CrikVersion.Current,
            CriuVersion = criuVersion,
            Unprivileged = level == PrivilegeLevel.Basic,
            Machine = Machine.Read(),
            Command = request.Identity.Command,
            Program = request.Identity.Traits,
            RootPid = request.Program.Pid,
            Pids = tree.Pids,
            Stdio = [.. tree.Stdio.Select(link => link with
            {
                ImageIds = OpenFiles.FindIds(draft.ImagesPath, link.Holders.Select(holder => (holder.Pid, holder.Descriptor))),
            })],
            Watches = saved.Before.Watches.Taken,
            SocketFiles = saved.Before.Sockets.Value,
            MemoryFileNumber = MemoryFileNumbers.Next(),
            Traits = tree.Traits,
            Cgroups = Machine.Cgroups(),
            Addresses = [.. Machine.Addresses().Select(address => address.ToString())],
            ExternalMounts = ExternalMounts(),
            Paths = [.. tree.Paths.Concat(saved.Before.Renamed.Linked.Select(file => file.Path)).Distinct()],
            RenamedFiles = saved.Before.Renamed.Linked,
            OwnPaths = [.. saved.Own.Files, .. saved.Own.Places],
            WrittenFiles = saved.Before.Written.Value,
            HasFiles = hasFiles,
            Files = hasFiles ? [Describe(FileArchive.IndexPath(draft.FilesPath), isLarge: false), Describe(FileArchive.DataPath(draft.FilesPath), isLarge: true)] : [],
            Images = [.. Directory.EnumerateFiles(draft.ImagesPath)
                .Where(path => !s_notPartOfIt.Contains(Path.GetFileName(path)))
                .Order(StringComparer.Ordinal)
                .Select(path => Describe(path, CheckpointLayout.IsPages(Path.GetFileName(path))))],
            CompressedMemory = compressedMemory,
        };
    }

    /// <summary>Lists the mounts that each container's runtime makes. They matter for programs that have their own mount namespace.</summary>
    public static string[] ExternalMounts() =>
        [.. Mount.ReadAll().Select(mount => mount.MountPoint).Where(point => point != "/").Distinct()];
}
