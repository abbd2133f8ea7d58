namespace Crik.Images;

/// <summary>
/// How much a checkpoint archive may contain. What a program wrote is inside, so the numbers bound the memory and time
/// that reading it can take, whatever it is.
/// </summary>
public sealed record ArchiveLimits
{
    /// <summary>Limits that a checkpoint of 3,000 processes and terabytes of memory keeps.</summary>
    public static ArchiveLimits Default { get; } = new();

    /// <summary>The largest size of the whole archive in bytes.</summary>
    public long ArchiveBytes { get; init; } = 4L << 40;

    /// <summary>The most members: criu writes about ten files for each process and one for each thread.</summary>
    public int Members { get; init; } = 1_000_000;

    /// <summary>The largest JSON document that is read. An object of Kubernetes, from which it comes, has at most 1.5 MB.</summary>
    public int DocumentBytes { get; init; } = 4 << 20;

    /// <summary>The longest name of a member, which is PATH_MAX of Linux.</summary>
    public int NameBytes { get; init; } = 4096;

    /// <summary>The largest extended header (pax, GNU) of a member. Extended attributes are in it.</summary>
    public int HeaderBytes { get; init; } = 256 << 10;
}
