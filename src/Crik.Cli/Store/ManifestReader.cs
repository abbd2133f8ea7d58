using System.Text.Json;
using Crik.Criu;

namespace Crik.Store;

/// <summary>
/// Reads a manifest as untrusted input. It limits sizes, counts and names, and checks that every image exists with the length and the
/// checksum that the manifest names.
/// </summary>
internal static class ManifestReader
{
    private const long LargestManifest = 64 << 20;
    private const int MostEntries = 1_000_000;
    private const int HighestPid = 1 << 22; // PID_MAX_LIMIT
    private const long MostBytes = 1L << 50; // 1 PiB, so that sums do not overflow
    private const long LongestUptime = 100_000_000_000_000; // milliseconds: 3000 years

    /// <exception cref="CheckpointException">The checkpoint is damaged: it differs from the one that was committed.</exception>
    public static CheckpointManifest Read(string checkpoint, int generation)
    {
        string images = CheckpointLayout.ImagesIn(checkpoint);
        string files = CheckpointLayout.FilesIn(checkpoint);
        RefuseLink(checkpoint);
        CheckpointManifest manifest = ReadAlone(checkpoint, generation);
        RefuseLink(images);
        RefuseLink(files);
        if (manifest.Images.Count == 0)
        {
            throw Damaged(images, "it names no images");
        }

        Check(manifest.Images, images);
        Check(manifest.Files, files);
        return manifest;
    }

    /// <summary>Reads the manifest and does not check the images.</summary>
    /// <param name="generation">The number that the manifest must have; <see langword="null"/> to accept any.</param>
    public static CheckpointManifest ReadAlone(string checkpoint, int? generation)
    {
        string path = CheckpointLayout.ManifestIn(checkpoint);
        try
        {
            if (Libc.TryStatus(path, followLinks: false) is not { IsRegular: true, Size: <= LargestManifest })
            {
                Libc.ThrowOnTrouble(path);
                throw Damaged(path, "it is missing, no plain file, or too large");
            }

            CheckpointManifest manifest = CheckpointJson.ReadManifest(File.ReadAllBytes(path));
            if (manifest.Format != CheckpointManifest.CurrentFormat)
            {
                throw Damaged(path, $"its format is {manifest.Format}, and this crik knows {CheckpointManifest.CurrentFormat}; use the crik that made it");
            }

            Check(manifest, path, generation ?? manifest.Generation);
            return manifest;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(path, Faults.Reason(exception), exception);
        }
    }

    private static void Check(CheckpointManifest manifest, string path, int generation)
    {
        if (manifest.Generation != generation || manifest.State < 1 || manifest.State > generation)
        {
            throw Damaged(path, $"it says generation {manifest.Generation} of state {manifest.State}");
        }

        int most = new[]
        {
            manifest.Pids.Count, manifest.Images.Count, manifest.Stdio.Count, manifest.Watches.Count, manifest.Paths.Count,
            manifest.Cgroups.Count, manifest.Command.Count, manifest.ExternalMounts.Count,
            manifest.OwnPaths.Count, manifest.Addresses.Count, manifest.Files.Count, manifest.WrittenFiles.Count, manifest.RenamedFiles.Count,
            manifest.SocketFiles.Count,
        }.Max(0);
        if (most > MostEntries)
        {
            throw Damaged(path, "it has too many entries");
        }

        if (manifest.CompressedMemory is < 0 or > MostBytes || manifest.Images.Concat(manifest.Files).Any(image => image.Size is < 0 or > MostBytes)
            || manifest.Images.Sum(image => image.Size >> 20) > MostBytes >> 20)
        {
            throw Damaged(path, "it names a size that makes no sense");
        }

        if (manifest.Machine.MonotonicMilliseconds is < 0 or > LongestUptime)
        {
            throw Damaged(path, "its machine.monotonicMilliseconds makes no sense");
        }

        if (manifest.Pids.Any(pid => pid is <= 1 or > HighestPid) || !manifest.Pids.Contains(manifest.RootPid))
        {
            throw Damaged(path, "its process numbers make no sense");
        }

        if (manifest.Traits is { } traits && (!AreOf(manifest.Pids, traits.Processes) || !AreOf(manifest.Pids, traits.Threads)))
        {
            throw Damaged(path, "its traits name processes that make no sense");
        }

        if (manifest.Addresses.Any(address => InterfaceAddress.TryParse(address) is null))
        {
            throw Damaged(path, "it has an address that makes no sense");
        }

        if (manifest.Stdio.Any(link => link.Stream is < 0 or > 2)
            || manifest.Watches.Any(watch => watch.Pid <= 1 || !manifest.Pids.Contains(watch.Pid) || !IsPlainAbsolute(watch.Path))
            || manifest.Paths.Concat(manifest.ExternalMounts).Concat(manifest.OwnPaths)
                .Concat(manifest.WrittenFiles.Select(file => file.Path)).Concat(manifest.RenamedFiles.SelectMany(file => new[] { file.Seen, file.Path }))
                .Any(item => !IsPlainAbsolute(item))
            || manifest.SocketFiles.Any(file => file.Sockets.Count == 0 || file.Names.Count == 0 || !file.Names.All(IsPlainAbsolute) || file.Mode > (uint)FileModes.All)
            || manifest.Cgroups.Any(item => !IsPlainAbsolute(item.MountPoint) || !IsPlainAbsolute(item.Directory)))
        {
            throw Damaged(path, "it names a path or a descriptor that makes no sense");
        }
    }

    /// <summary>Whether the groups name some of these processes, and each only once.</summary>
    private static bool AreOf(IReadOnlyList<int> pids, IReadOnlyList<TraitGroup> groups)
    {
        HashSet<int> left = [.. pids];
        return groups.SelectMany(group => group.Tasks).All(left.Remove);
    }

    private static void RefuseLink(string directory)
    {
        if (Libc.TryStatus(directory, followLinks: false) is { IsSymlink: true })
        {
            throw Damaged(directory, "it is a link, and what is elsewhere is no part of a checkpoint");
        }
    }

    private static void Check(IReadOnlyList<ImageFile> images, string directory)
    {
        try
        {
            foreach (ImageFile image in images)
            {
                Check(image, directory);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Damaged(directory, Faults.Reason(exception), exception);
        }
    }

    private static void Check(ImageFile image, string directory)
    {
        string path = Path.Combine(directory, image.Name);
        if (image.Name.Length == 0 || image.Name.AsSpan().ContainsAny("/\0") || image.Name is "." or "..")
        {
            throw Damaged(directory, "it names a file outside its directory");
        }

        FileStatus? file = Libc.TryStatus(path, followLinks: false);
        if (file is not { IsRegular: true } || file.Value.Size != image.Size)
        {
            Libc.ThrowOnTrouble(path);
            throw Damaged(path, file is null ? "it is missing" : $"it has {file.Value.Size.ToString(CultureInfo.InvariantCulture)} bytes instead of {image.Size}");
        }

        if (image.Checksum is { } expected && Checksums.OfFile(path) != expected)
        {
            throw Damaged(path, "its contents changed since the checkpoint was committed");
        }
    }

    /// <summary>Reads every image to its end, to find out whether the disk can read it.</summary>
    /// <exception cref="IOException">An image cannot be read.</exception>
    public static void ReadThrough(string checkpoint, CheckpointManifest manifest)
    {
        foreach (ImageFile image in manifest.Images)
        {
            _ = Checksums.OfFile(Path.Combine(CheckpointLayout.ImagesIn(checkpoint), image.Name));
        }
    }

    private static bool IsPlainAbsolute(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Contains("..");

    private static CheckpointException Damaged(string path, string why, Exception? cause = null) => new($"{path} cannot be trusted: {why}", cause: cause);
}
