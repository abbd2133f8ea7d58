using Crik.Criu;
using Crik.Criu.Images;
using Crik.Diagnostics;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Gives the open directories in <c>files.img</c> the modes that they have in the new container. criu refuses a file with another mode (open_path,
/// criu/files-reg.c), because it may be another file. But the mode of a directory may belong to the container: CRI-O makes the root directory
/// with mode 0555, and containerd with 0755. A plain file with another mode stays refused.
/// </summary>
/// <param name="made">The ids of open files that criu makes itself, because they were deleted.</param>
/// <param name="mounts">The ids of mounts that criu makes itself, in a mount namespace of the program.</param>
/// <param name="status">Finds a file of this container.</param>
internal sealed class DirectoryModes(HashSet<uint> made, HashSet<uint> mounts, Func<string, FileStatus?> status)
{
    private readonly HashSet<string> _adapted = [];

    /// <param name="images">The directory of the checkpoint's images.</param>
    public static DirectoryModes Of(CheckpointManifest manifest, string images)
    {
        IEnumerable<byte[]> Messages(string start) => manifest.Images.Where(image => image.Name.StartsWith(start, StringComparison.Ordinal))
            .SelectMany(image => CriuImage.Read(Path.Combine(images, image.Name)).Messages);
        return new(
            [.. Messages(ImageName.DeletedFiles).Select(message => new DeletedFileEntry(message).File)],
            [.. Messages(ImageName.MountsPrefix).Select(message => new MountEntry(message))
                .Where(mount => !mount.IsExternal && mount.MountPoint != "/").Select(mount => mount.Id)],
            path => Libc.TryStatus(path, followLinks: true));
    }

    /// <returns>Whether anything was changed.</returns>
    public bool Adapt(CriuImage files) => OpenFiles.Change(files, message =>
    {
        OpenFileEntry entry = new(message);
        RegularFileEntry file = entry.Regular;
        if (file.Type != FileType.Directory || made.Contains(entry.Id) || mounts.Contains(file.Mount)
            || status(file.Path) is not { IsDirectory: true } here || here.Permissions == file.Permissions)
        {
            return null;
        }

        if (_adapted.Add(file.Path))
        {
            Log.Info("an open directory has another mode in this container than at the checkpoint, and keeps it",
                ("path", file.Path), ("then", Octal(file.Permissions)), ("now", Octal(here.Permissions)));
        }

        return entry.WithRegular(file.WithPermissions(here.Permissions));
    });

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
