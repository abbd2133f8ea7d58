namespace Crik.Checkpoints;

/// <summary>A program that has files of its own cgroup open means its own pod's. In the next pod they are elsewhere.</summary>
internal static class CgroupPaths
{
    /// <returns>Where the file is in the new pod, or <see langword="null"/> when it is no file of the old pod's cgroup.</returns>
    public static string? Move(string path, IReadOnlyList<CgroupDirectory> then, IReadOnlyList<CgroupDirectory> now)
    {
        foreach (CgroupDirectory old in then.OrderByDescending(directory => directory.MountPoint.Length + directory.Directory.Length))
        {
            string from = Join(old);
            if (path != from && !path.StartsWith($"{from}/", StringComparison.Ordinal))
            {
                continue;
            }

            CgroupDirectory? match = now.FirstOrDefault(directory => directory.Hierarchy == old.Hierarchy && directory.MountPoint == old.MountPoint)
                ?? now.FirstOrDefault(directory => directory.Hierarchy == old.Hierarchy);
            string? to = match is null ? null : Join(match);
            return to is null || to == from ? null : to + path[from.Length..];
        }

        return null;
    }

    private static string Join(CgroupDirectory directory) => directory.MountPoint.TrimEnd('/') + (directory.Directory == "/" ? "" : directory.Directory);
}
