namespace Crik.Images.Archives;

/// <summary>
/// The bind mounts that the pod of a restore has to have too. CRI-O refuses a restore without one of them (server/
/// container_restore.go, CRImportCheckpoint), except for those that it makes itself; containerd's criu fails later.
/// </summary>
internal static class BindMountList
{
    private static readonly string[] s_ofTheRuntime =
    [
        "/proc", "/dev", "/dev/pts", "/dev/mqueue", "/sys", "/sys/fs/cgroup", "/dev/shm", "/etc/resolv.conf", "/etc/hostname", "/etc/passwd", "/etc/group",
        "/run/secrets", "/run/.containerenv",
    ];

    public static IReadOnlyList<string> Of(SpecDumpDocument specification) =>
    [
        .. (specification.Mounts ?? []).Where(mount => mount is { Type: "bind" })
            .Select(mount => ArchiveText.Checked(mount!.Destination, "a mount in spec.dump")).OfType<string>().Except(s_ofTheRuntime),
    ];
}
