namespace Crik.Checkpoints;

/// <summary>
/// What a committed checkpoint says about itself: <c>manifest.json</c>, written last. Read back it is untrusted input,
/// see <see cref="ManifestReader"/>.
/// </summary>
internal sealed record CheckpointManifest
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>Its number; numbers only grow.</summary>
    public required int Generation { get; init; }

    /// <summary>The run that was checkpointed.</summary>
    public required string RunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CrikVersion { get; init; }

    /// <summary>As criu counts: 40300 for 4.3.</summary>
    public required int CriuVersion { get; init; }

    /// <summary>Whether criu ran in its unprivileged mode.</summary>
    public required bool Unprivileged { get; init; }

    public required MachineFacts Machine { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The root of the tree; restored under the same number.</summary>
    public required int RootPid { get; init; }

    /// <summary>Every number the tree needs free: processes, threads, groups and sessions.</summary>
    public required IReadOnlyList<int> Pids { get; init; }

    public required IReadOnlyList<StdioLink> Stdio { get; init; }

    public required IReadOnlyList<InotifyWatch> Watches { get; init; }

    public required IReadOnlyList<CgroupDirectory> Cgroups { get; init; }

    /// <summary>The container's network addresses: what is bound to one of them has to be bound to another one.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public required IReadOnlyList<string> ExternalMounts { get; init; }

    /// <summary>Files that the tree has open or mapped, and that a restore therefore needs.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Files and directories of the container's own that are under <c>files/</c> although nobody asked for them.</summary>
    public IReadOnlyList<string> OwnPaths { get; init; } = [];

    /// <summary>The files under <c>images/</c>.</summary>
    public required IReadOnlyList<ImageFile> Images { get; init; }

    /// <summary>Bytes of memory, about, that criu compressed; <see langword="null"/> when pages are as they were.</summary>
    public long? CompressedMemory { get; init; }

    public bool IsCompressed => CompressedMemory is not null;

    /// <summary>Of memory, as it is in the program.</summary>
    public long MemoryBytes => CompressedMemory ?? PageBytes;

    /// <summary>Of memory, in the images.</summary>
    public long PageBytes => Images.Where(image => image.Name.StartsWith("pages-", StringComparison.Ordinal)).Sum(image => image.Size);

    /// <summary>Whether <c>files/</c> holds the additional and own paths.</summary>
    public bool HasFiles { get; init; }

    /// <summary>What is under <c>files/</c>; nothing in checkpoints of an earlier crik.</summary>
    public IReadOnlyList<ImageFile> Files { get; init; } = [];
}

/// <summary>The machine and container that a checkpoint was made in.</summary>
/// <param name="CpuFeatures">The flags of <c>/proc/cpuinfo</c>.</param>
/// <param name="MonotonicMilliseconds">CLOCK_MONOTONIC at that time.</param>
/// <param name="NodeName">The Kubernetes node, where the pod was told.</param>
internal sealed record MachineFacts(
    string Architecture, string KernelRelease, string HostName, string BootId, IReadOnlyList<string> CpuFeatures, long MonotonicMilliseconds,
    string? NodeName = null);

/// <summary>One of crik's own descriptors 0 to 2, as the tree shared it.</summary>
/// <param name="Stream">Its number in crik.</param>
/// <param name="Kind">pipe, tty, socket, file or device.</param>
/// <param name="Key">criu's name for it, for <c>--inherit-fd</c>.</param>
/// <param name="Holders">The tasks and their descriptors that share it.</param>
/// <param name="ImageIds">The ids of its open file descriptions in criu's images.</param>
internal sealed record StdioLink(int Stream, string Kind, string Key, IReadOnlyList<DescriptorHolder> Holders, IReadOnlyList<uint> ImageIds);

internal sealed record DescriptorHolder(int Pid, int Descriptor);

/// <summary>A watch that crik took off for the dump and puts back, under the same number, after a restore.</summary>
internal sealed record InotifyWatch(int Pid, int Descriptor, int Number, uint Mask, string Path);

/// <summary>A cgroup hierarchy as the container saw it.</summary>
/// <param name="Hierarchy">The controllers, empty for v2.</param>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Directory">The container's own directory below the mount point, starting with a slash.</param>
internal sealed record CgroupDirectory(string Hierarchy, string MountPoint, string Directory);

/// <param name="Checksum">CRC-32C; not there for page data and the contents of files unless <c>checksumPages</c> is on.</param>
internal sealed record ImageFile(string Name, long Size, uint? Checksum = null);

/// <summary>How the last run went: <c>run.json</c>. Replaced as a whole.</summary>
internal sealed record RunRecord
{
    public required string RunId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string HostName { get; init; }

    /// <summary>The generation that it was restored from, if it was.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>Checkpoints up to this number are history: the program ended by itself, or was started afresh, after them.</summary>
    public int HistoryUpTo { get; init; }

    /// <summary>Checkpoints that were rolled back from: kept, and never restored by themselves.</summary>
    public IReadOnlyList<int>? Skipped { get; init; }

    /// <summary>What the image directory's disk takes, by the last checkpoints that were large enough to say.</summary>
    public WriteSpeeds Speeds { get; init; } = WriteSpeeds.Unknown;

    public RunEnd? End { get; init; }
}

/// <param name="Kind">How it ended.</param>
internal sealed record RunEnd(RunEndKind Kind, DateTimeOffset At, int ExitCode, int Signal);

internal enum RunEndKind
{
    /// <summary>The program ended by itself, or as it was asked to: older checkpoints are history.</summary>
    Exited,

    /// <summary>A checkpoint was committed; it is the program's state.</summary>
    Checkpointed,

    /// <summary>The program was killed, or had to end because its checkpoint failed: its last checkpoint is the best there is.</summary>
    Lost,

    /// <summary>The program was ended because pages of the checkpoint it was restored from did not come in.</summary>
    Incomplete,

    /// <summary>After it, somebody chose the checkpoint to go on from.</summary>
    RolledBack,
}

/// <summary>Who holds the image directory; written into the lock file for the one who waits.</summary>
internal sealed record LockHolder(string HostName, int Pid, DateTimeOffset Since);
