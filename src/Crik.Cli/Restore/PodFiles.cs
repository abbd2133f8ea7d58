using Crik.Criu;
using Crik.Criu.Images;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Adapts, in <c>files.img</c>, the open files that may differ when the program is restored. criu refuses an open file that has another size or mode than at the
/// checkpoint (validate_file and open_path, criu/files-reg.c), because it may be another file. For these files a difference is expected:
/// <list type="bullet">
/// <item>The kubelet writes <c>/etc/hosts</c>, <c>/etc/hostname</c> and <c>/etc/resolv.conf</c> for each pod, and makes a new termination
/// log.</item>
/// <item>The files of a <see cref="ProjectedVolume"/> have another path in each pod.</item>
/// <item>CRI-O makes the root directory with mode 0555, and containerd with 0755. So every open directory takes the mode it has here.</item>
/// <item>A file on a volume that the program only writes, such as a log, may have grown since a checkpoint that left it running.</item>
/// </list>
/// A plain file that is none of these stays refused.
/// </summary>
/// <param name="made">The ids of open files that criu makes itself, because they were deleted.</param>
/// <param name="mounts">The ids of mounts that criu makes itself, in a mount namespace of the program.</param>
/// <param name="ofPod">The paths of plain files that the kubelet makes for each pod.</param>
/// <param name="status">Finds a file of this container.</param>
/// <param name="link">Reads a symbolic link of this container.</param>
internal sealed class PodFiles(
    HashSet<uint> made, HashSet<uint> mounts, HashSet<string> ofPod, Func<string, FileStatus?> status, Func<string, string?> link)
{
    private static readonly string[] s_usual = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/termination-log"];

    private readonly HashSet<string> _adapted = [];
    private readonly HashSet<uint> _foundAgain = [];

    /// <summary>
    /// The inodes of files on volumes that the program had open for writing. Another file of that name stays refused, and so does one that has
    /// become shorter, because it may be mapped.
    /// </summary>
    public Dictionary<string, ulong> MayGrow { get; init; } = [];

    /// <param name="images">The directory of the checkpoint's images.</param>
    public static PodFiles Of(CheckpointManifest manifest, string images)
    {
        IEnumerable<byte[]> Messages(string start) => manifest.Images.Where(image => image.Name.StartsWith(start, StringComparison.Ordinal))
            .SelectMany(image => CriuImage.Read(Path.Combine(images, image.Name)).Messages);
        return new(
            [.. Messages(ImageName.DeletedFiles).Select(message => new DeletedFileEntry(message).File)],
            [.. Messages(ImageName.MountsPrefix).Select(message => new MountEntry(message))
                .Where(mount => !mount.IsExternal && mount.MountPoint != "/").Select(mount => mount.Id)],
            [.. s_usual, .. Mount.ReadAll().Where(mount => IsForMessage(mount.Root)).Select(mount => mount.MountPoint)],
            path => Libc.TryStatus(path, followLinks: true),
            ProcFs.Link)
        {
            MayGrow = InodesOf(manifest.WrittenFiles),
        };
    }

    /// <returns>Whether anything was changed.</returns>
    public bool Adapt(CriuImage files) => OpenFiles.Change(files, message =>
    {
        OpenFileEntry entry = new(message);
        RegularFileEntry file = entry.Regular;
        if (entry.Kind != FileKind.Regular || mounts.Contains(file.Mount))
        {
            return null;
        }

        string? moved = ProjectedVolume.Move(file.Path, link);
        if (made.Contains(entry.Id) && (moved is null || status(moved)?.Type != file.Type || !_foundAgain.Add(entry.Id)))
        {
            return null;
        }

        string path = moved ?? file.Path;
        byte[]? adapted = moved is null ? null : file.WithPath(moved);
        if (file.Type == FileType.Directory)
        {
            if (status(path) is { IsDirectory: true } here && here.Permissions != file.Permissions)
            {
                Tell(Event.DirectoryModeDiffers, "an open directory has another mode in this container than at the checkpoint, and keeps it",
                    path, ("then", Octal(file.Permissions)), ("now", Octal(here.Permissions)));
                adapted = new RegularFileEntry(adapted ?? file.ToArray()).WithPermissions(here.Permissions);
            }
        }
        else if (moved is not null || ofPod.Contains(path))
        {
            adapted = new RegularFileEntry(adapted ?? file.ToArray()).WithoutValidation();
        }
        else if (file.IsWriteOnly && MayGrow.TryGetValue(path, out ulong inode) && status(path) is { IsRegular: true } here && here.Inode == inode && here.Size > file.Size)
        {
            adapted = file.WithoutSize(); // not with the size of now: somebody may be writing to it
        }

        if (moved is not null)
        {
            Tell(Event.FileOfNewPodUsed, "an open file of a volume that the kubelet fills is the one of this pod now", path, ("then", file.Path));
        }

        return adapted is null ? null : entry.WithRegular(adapted);
    });

    /// <summary>
    /// Removes the deleted files that <see cref="Adapt"/> found again: the kubelet had replaced them before the checkpoint. criu could not make
    /// them on such a volume, which is read-only.
    /// </summary>
    /// <param name="deleted">The image <c>remap-fpath.img</c>.</param>
    /// <returns>Whether anything was changed.</returns>
    public bool ForgetFoundAgain(CriuImage deleted) => deleted.Messages.RemoveAll(message => _foundAgain.Contains(new DeletedFileEntry(message).File)) > 0;

    /// <summary>Whether a file is the one that the kubelet mounts for a container's last message, at any path (terminationMessagePath).</summary>
    public static bool IsForMessage(string root) => root.Split('/') is [.., "pods", _, "containers", _, _];

    private static Dictionary<string, ulong> InodesOf(IEnumerable<WrittenFile> files)
    {
        Dictionary<string, ulong> found = new(StringComparer.Ordinal);
        foreach (WrittenFile file in files)
        {
            if (file.Stamp.Inode is { } inode)
            {
                found[file.Path] = inode;
            }
        }

        return found;
    }

    private void Tell(Event kind, string what, string path, params (string Key, object? Value)[] values)
    {
        if (_adapted.Add(path))
        {
            Log.Info(kind, what, [("path", path), .. values]);
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
