namespace Crik.Files;

/// <summary>
/// Limits what an archive may hold. The reader needs limits because it does not trust an archive. The writer keeps the same limits, so that
/// every committed archive can be put back.
/// </summary>
internal static class ArchiveLimits
{
    /// <summary>Longer than PATH_MAX: the kernel takes at most 4,095 bytes in one call, and a deep tree is walked name by name.</summary>
    public const int LongestPath = 65_535;

    /// <summary>The longest path that one system call takes (PATH_MAX without its zero byte).</summary>
    public const int LongestPathOfACall = 4095;

    /// <summary>File systems in user space may have names longer than 255 bytes.</summary>
    public const int LongestName = 4095;

    public const int LongestAttributeName = 255; // XATTR_NAME_MAX

    public const int LargestAttribute = 65_536; // XATTR_SIZE_MAX

    /// <summary>One line holds the path, the extended attributes and the extents of one file.</summary>
    public const int LongestLine = 8 << 20;

    /// <summary>What the writer puts into one line, at most 2 MiB of it. A file in more pieces is saved with its smallest holes filled.</summary>
    public const int MostExtents = 50_000;

    public const long MostEntries = 10_000_000;
}
