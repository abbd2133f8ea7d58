using Crik.Files;

namespace Crik.Proof;

/// <summary>The next pod, as the container of now lets crik foresee it.</summary>
/// <param name="firstMounts">The mount points that were there when crik started; <see langword="null"/> when nobody knows.</param>
/// <param name="isSaved">Whether a path is in the archive, or does not belong to the program.</param>
/// <param name="addresses">The addresses of the pod.</param>
internal sealed class NextPod(
    IReadOnlyList<Mount> mounts, IReadOnlySet<string>? firstMounts, Lifetime lifetime, Func<string, bool> isSaved, IReadOnlyList<InterfaceAddress> addresses) : INextPod
{
    /// <summary>What every container runtime makes in <c>/dev</c>. A program may have changed their mode or owner.</summary>
    private static readonly HashSet<string> s_devices =
        ["/dev", "/dev/console", "/dev/full", "/dev/mqueue", "/dev/null", "/dev/ptmx", "/dev/pts", "/dev/random", "/dev/shm", "/dev/tty", "/dev/urandom", "/dev/zero"];

    /// <summary>Whether every container has this path in its <c>/dev</c>.</summary>
    public static bool HasDevice(string path) => s_devices.Contains(path);

    public Supply Find(string path)
    {
        if (path == "/" || isSaved(path))
        {
            return Supply.Given;
        }

        if (PathNames.IsBelow(path, "/proc") || PathNames.IsBelow(path, "/sys"))
        {
            return Libc.IsMissing(path) ? Supply.Nothing : Supply.Given;
        }

        Mount? mount = Mount.Of(path, mounts);
        if (mount is { IsPropagated: false } && firstMounts?.Contains(mount.MountPoint) == false)
        {
            return Supply.MadeMount;
        }

        bool isInDev = PathNames.IsBelow(path, "/dev") && mount?.MountPoint == "/dev";
        if (!isInDev && !OwnFiles.IsOwn(path, mounts))
        {
            return Supply.Given; // on a volume, which may hang, so crik does not look there
        }

        return Libc.TryStatus(path, followLinks: false) is not { } file ? (Libc.IsMissing(path) ? Supply.Nothing : Supply.Given)
            : !OwnFiles.IsYoung(file, lifetime) || s_devices.Contains(path) ? Supply.Given
            : file.Type is FileType.CharacterDevice or FileType.BlockDevice ? Supply.MadeDevice
            : isInDev ? Supply.MadeInDev
            : Supply.NotSaved;
    }

    public bool IsTaken(string path) =>
        Libc.TryStatus(path, followLinks: false) is { } file && (!file.IsDirectory || Libc.TryListPaths(path).Count > 0);

    public bool IsReadOnly(string path) => Mount.Of(path, mounts) is { IsReadOnly: true } && ProjectedVolume.Move(path) is null;

    public bool HasAddress(byte[] address) => addresses.Any(one => one.Bytes.AsSpan().SequenceEqual(address));
}
