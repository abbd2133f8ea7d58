using Crik.Store;

namespace Crik.Restore;

/// <summary>Finds where the files of the container's own cgroup are in the new pod, for a program that has such files open.</summary>
internal static class CgroupPaths
{
    /// <returns>The path in the new pod; <see langword="null"/> when the path stays the same or is not in the old pod's cgroup.</returns>
    public static string? Move(string path, IReadOnlyList<CgroupDirectory> then, IReadOnlyList<CgroupDirectory> now)
    {
        foreach (CgroupDirectory old in then.OrderByDescending(directory => directory.MountPoint.Length + directory.Directory.Length))
        {
            string from = Join(old);
            if (!PathNames.IsBelow(path, from))
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
