namespace Crik.Linux;

/// <summary>A mount, as a line of <c>/proc/self/mountinfo</c> describes it.</summary>
/// <param name="Root">The directory of the file system that is mounted.</param>
/// <param name="Options">The options of this mount; <paramref name="SuperOptions"/> are those of the file system.</param>
internal sealed record Mount(
    int Id, DeviceNumber Device, string Root, string MountPoint, string Options, string Type, string Source, string SuperOptions)
{
    /// <summary>Whether it may have come from outside of the container (mount_namespaces(7), "slave mount" and "shared mount").</summary>
    public bool IsPropagated { get; init; }

    public bool IsReadOnly => Options.Split(',').Contains("ro");

    /// <summary>Finds the mount that a path is on: the one nearest above it, and among several at one place the one that was mounted last.</summary>
    public static Mount? Of(string path, IReadOnlyList<Mount> mounts)
    {
        Mount? nearest = null;
        foreach (Mount mount in mounts)
        {
            bool above = mount.MountPoint == "/" || PathNames.IsBelow(path, mount.MountPoint);
            if (above && mount.MountPoint.Length >= (nearest?.MountPoint.Length ?? 0))
            {
                nearest = mount;
            }
        }

        return nearest;
    }

    public static IReadOnlyList<Mount> ReadAll() => [.. ProcFs.Lines("/proc/self/mountinfo").Select(Parse).OfType<Mount>()];

    /// <summary>Parses ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS.</summary>
    /// <returns><see langword="null"/> for a malformed line.</returns>
    internal static Mount? Parse(string line)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        string[] device = fields.Length > 2 ? fields[2].Split(':') : [];
        if (dash < 0 || fields.Length < dash + 4 || device.Length != 2
            || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            || !uint.TryParse(device[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint major)
            || !uint.TryParse(device[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint minor))
        {
            return null;
        }

        return new Mount(
            id, new DeviceNumber(major, minor), OctalEscapes.Decode(fields[3]), OctalEscapes.Decode(fields[4]), fields[5], fields[dash + 1],
            OctalEscapes.Decode(fields[dash + 2]), fields[dash + 3])
        {
            IsPropagated = fields[..dash].Any(field => field.StartsWith("master:", StringComparison.Ordinal) || field.StartsWith("shared:", StringComparison.Ordinal)),
        };
    }
}

/// <summary>The kernel's way to keep a name within its field: a character that would end the field becomes a backslash and three octal digits.</summary>
internal static class OctalEscapes
{
    public static string Decode(string field)
    {
        int next = field.IndexOf('\\', StringComparison.Ordinal);
        if (next < 0)
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && Value(field.AsSpan(i + 1)) is { } value)
            {
                text.Append(value);
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>Only ASCII is ever escaped; anything else is not an escape but a part of the name.</summary>
    private static char? Value(ReadOnlySpan<char> digits) =>
        digits.Length >= 3 && digits[0] is '0' or '1' && digits[1] is >= '0' and <= '7' && digits[2] is >= '0' and <= '7'
            ? (char)(((digits[0] - '0') << 6) | ((digits[1] - '0') << 3) | (digits[2] - '0'))
            : null;
}
