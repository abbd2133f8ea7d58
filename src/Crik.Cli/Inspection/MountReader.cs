using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>Reads the mounts of a program with its own mount namespaces. The container's mounts are in the manifest.</summary>
internal static class MountReader
{
    /// <summary>The names of the types of file systems, by their numbers in criu's images/mnt.proto (fstype).</summary>
    private static readonly string[] s_types =
    [
        "other", "proc", "sysfs", "devtmpfs", "binfmt_misc", "tmpfs", "devpts", "simfs", "pstore", "securityfs", "fusectl", "debugfs", "cgroup", "aufs",
        "mqueue", "fuse", "auto", "overlay", "autofs", "tracefs",
    ];

    private const int Cgroup2 = 23; // the numbers from 20 to 22 are not in use

    public static SavedMount[] Read(ImageSet images) =>
        [.. images.Names(ImageName.MountsPrefix).SelectMany(name => images.Read(name, messages => messages.ConvertAll(Describe), mayBeEmpty: true))];

    private static SavedMount Describe(byte[] message)
    {
        MountEntry mount = new(message);
        return new(mount.MountPoint, TypeOf(mount), mount.Source, mount.IsExternal);
    }

    private static string TypeOf(MountEntry mount) =>
        mount.TypeName is { Length: > 0 } name ? name
        : mount.Type < (ulong)s_types.Length ? s_types[mount.Type]
        : mount.Type == Cgroup2 ? "cgroup2"
        : s_types[0];
}
