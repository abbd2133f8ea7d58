using System.Text;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>A file of the container's own layer.</summary>
internal sealed record ChangedFile(string Path, FileStatus Status);

/// <summary>
/// What was made or changed in a container's own layer, found without looking through the image: on overlayfs every directory
/// above a change was copied into the container's layer first, and its change time, which nobody can set, says so.
/// </summary>
internal static class ChangedFiles
{
    /// <summary>A container's layer is there before crik starts: images are unpacked in that time, and init containers run.</summary>
    private const long LayerBeforeCrik = 300_000_000_000;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Nothing when the root file system is of another kind. Names that are not UTF-8 are left out.</returns>
    public static IReadOnlyList<ChangedFile> Find(IReadOnlyList<Mount> mounts, Lifetime lifetime, CancellationToken cancellationToken)
    {
        if (Mount.Of("/", mounts) is not { Type: "overlay", IsReadOnly: false })
        {
            return [];
        }

        using FileDescriptor root = Libc.Open("/", Libc.O_RDONLY | Libc.O_DIRECTORY);
        return Find(root, "", [.. mounts.Select(mount => mount.MountPoint)], lifetime, cancellationToken);
    }

    /// <param name="prefix">What the paths begin with: where <paramref name="top"/> is.</param>
    /// <param name="leaveOut">Not looked into: other mounts.</param>
    internal static IReadOnlyList<ChangedFile> Find(
        FileDescriptor top, string prefix, HashSet<string> leaveOut, Lifetime lifetime, CancellationToken cancellationToken)
    {
        List<ChangedFile> found = [];
        Look(top, prefix);
        return found;

        void Look(FileDescriptor directory, string path)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (byte[] name in Libc.ReadDirectory(directory))
            {
                if (TryDecode(name) is not { } decoded || leaveOut.Contains($"{path}/{decoded}") || Libc.Status(directory, name, followLinks: false) is not { } status)
                {
                    continue;
                }

                if (lifetime.Has(status.ChangedAt, before: 0))
                {
                    found.Add(new ChangedFile($"{path}/{decoded}", status));
                }

                if (status.IsDirectory && lifetime.Has(status.ChangedAt, LayerBeforeCrik))
                {
                    using FileDescriptor? below = Libc.TryOpenAt(directory, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, out _);
                    if (below is not null)
                    {
                        Look(below, $"{path}/{decoded}");
                    }
                }
            }
        }
    }

    private static string? TryDecode(byte[] name)
    {
        try
        {
            return s_strict.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
