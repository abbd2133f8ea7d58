using System.Text;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>The mounts of a tree that has mount namespaces of its own (images/mnt.proto); the container's are in the manifest.</summary>
internal static class MountReader
{
    private static readonly string[] s_types =
    [
        "other", "proc", "sysfs", "devtmpfs", "binfmt_misc", "tmpfs", "devpts", "simfs", "pstore", "securityfs", "fusectl", "debugfs", "cgroup", "aufs",
        "mqueue", "fuse", "auto", "overlay", "autofs", "tracefs",
    ];

    public static List<SavedMount> Read(ImageSet images)
    {
        List<SavedMount> mounts = [];
        foreach (string name in images.Names("mountpoints-"))
        {
            images.Read(name, messages => Add(mounts, messages), mayBeEmpty: true);
        }

        return mounts;
    }

    private static int Add(List<SavedMount> mounts, List<byte[]> messages)
    {
        foreach (byte[] message in messages)
        {
            ulong type = ProtoReader.FindNumber(message, 1);
            string name = Text(message, 14);
            mounts.Add(new SavedMount(
                Text(message, 7), name.Length > 0 ? name : type < (ulong)s_types.Length ? s_types[type] : type == 23 ? "cgroup2" : s_types[0], Text(message, 8),
                ProtoReader.FindNumber(message, 13) != 0));
        }

        return mounts.Count;
    }

    private static string Text(ReadOnlySpan<byte> message, int field) => Encoding.UTF8.GetString(ProtoReader.FindBytes(message, field));
}
