using System.Globalization;

namespace Crik.Linux;

/// <summary>One line of <c>/proc/self/mountinfo</c>.</summary>
/// <param name="Root">Which directory of the file system is mounted.</param>
/// <param name="MountPoint">Where.</param>
/// <param name="Options">Of this mount; <paramref name="SuperOptions"/> are the file system's.</param>
internal sealed record Mount(
    int Id, uint DeviceMajor, uint DeviceMinor, string Root, string MountPoint, string Options, string Type, string Source, string SuperOptions)
{
    public bool IsReadOnly => Options.Split(',').Contains("ro");

    /// <summary>The mount that a path is on: the one nearest above it, and of those the one mounted last.</summary>
    public static Mount? Of(string path, IReadOnlyList<Mount> mounts)
    {
        Mount? nearest = null;
        foreach (Mount mount in mounts)
        {
            bool above = mount.MountPoint == "/" || path == mount.MountPoint || path.StartsWith($"{mount.MountPoint}/", StringComparison.Ordinal);
            if (above && mount.MountPoint.Length >= (nearest?.MountPoint.Length ?? 0))
            {
                nearest = mount;
            }
        }

        return nearest;
    }

    public static IReadOnlyList<Mount> ReadAll()
    {
        List<Mount> mounts = [];
        foreach (string line in ProcFs.Lines("/proc/self/mountinfo"))
        {
            if (Parse(line) is { } mount)
            {
                mounts.Add(mount);
            }
        }

        return mounts;
    }

    /// <summary>ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS</summary>
    internal static Mount? Parse(string line)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        string[] device = fields.Length > 2 ? fields[2].Split(':') : [];
        return dash < 0 || fields.Length < dash + 4 || device.Length != 2
            ? null
            : new Mount(
                int.Parse(fields[0], CultureInfo.InvariantCulture),
                uint.Parse(device[0], CultureInfo.InvariantCulture),
                uint.Parse(device[1], CultureInfo.InvariantCulture),
                Unescape(fields[3]), Unescape(fields[4]), fields[5], fields[dash + 1], Unescape(fields[dash + 2]), fields[dash + 3]);
    }

    /// <summary>Space, tab, newline and backslash stand as octal escapes.</summary>
    private static string Unescape(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
