using Crik.Store;

namespace Crik.Restore;

/// <summary>Finds where the files of the container's own cgroup are in the new pod, for a program that has such files open.</summary>
internal static class CgroupPaths
{
    /// <returns>The path in the new pod; <see langword="null"/> when the path stays the same or is not in the old pod's cgroup.</returns>
    public static string? Move(string path, IReadOnlyList<CgroupDirectory> then, IReadOnlyList<CgroupDirectory> now)
    {
        IEnumerable<CgroupDirectory> longestFirst = then.OrderByDescending(directory => directory.MountPoint.Length + directory.Directory.Length);
        if (longestFirst.FirstOrDefault(directory => PathNames.IsBelow(path, Join(directory))) is not { } old)
        {
            return null;
        }

        string from = Join(old);
        CgroupDirectory? match = now.FirstOrDefault(directory => directory.Hierarchy == old.Hierarchy && directory.MountPoint == old.MountPoint)
            ?? now.FirstOrDefault(directory => directory.Hierarchy == old.Hierarchy);
        string? to = match is null ? null : Join(match);
        return to is null || to == from ? null : to + path[from.Length..];
    }

    private static string Join(CgroupDirectory directory) => directory.MountPoint.TrimEnd('/') + (directory.Directory == "/" ? "" : directory.Directory);
}
