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

    public static List<SavedMount> Read(ImageSet images)
    {
        List<SavedMount> mounts = [];
        foreach (string name in images.Names(ImageName.MountsPrefix))
        {
            images.Read(name, messages => Add(mounts, messages), mayBeEmpty: true);
        }

        return mounts;
    }

    private static int Add(List<SavedMount> mounts, List<byte[]> messages)
    {
        foreach (byte[] message in messages)
        {
            MountEntry mount = new(message);
            mounts.Add(new SavedMount(mount.MountPoint, TypeOf(mount), mount.Source, mount.IsExternal));
        }

        return mounts.Count;
    }

    private static string TypeOf(MountEntry mount) =>
        mount.TypeName is { Length: > 0 } name ? name
        : mount.Type < (ulong)s_types.Length ? s_types[mount.Type]
        : mount.Type == Cgroup2 ? "cgroup2"
        : s_types[0];
}
