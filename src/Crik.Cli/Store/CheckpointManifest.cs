using Crik.Criu;

namespace Crik.Store;

/// <summary>
/// Describes a committed checkpoint: <c>manifest.json</c>. crik writes it last, and reads it back as untrusted input
/// (<see cref="ManifestReader"/>).
/// </summary>
internal sealed record CheckpointManifest
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The checkpoint's number. A newer checkpoint has a higher number.</summary>
    public required int Generation { get; init; }

    /// <summary>
    /// The first checkpoint of the state that this one only repeats, because it was made soon after a restore (settleTime).
    /// <see langword="null"/> when it begins a state of its own, as every checkpoint of an earlier crik does.
    /// </summary>
    public int? Repeats { get; init; }

    /// <summary>The state that the checkpoint holds, which has the number of its first checkpoint.</summary>
    public int State => Repeats ?? Generation;

    public required string RunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CrikVersion { get; init; }

    /// <summary>criu's version as one number: 40300 for 4.3.</summary>
    public required int CriuVersion { get; init; }

    /// <summary>Whether criu ran in its unprivileged mode.</summary>
    public required bool Unprivileged { get; init; }

    public required MachineFacts Machine { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The traits of the program (<see cref="ProgramIdentity"/>). Checkpoints of an earlier crik have none.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>The PID of the tree's root. A restore gives it the same PID.</summary>
    public required int RootPid { get; init; }

    /// <summary>Every PID that must be free for a restore: those of processes, threads, groups and sessions.</summary>
    public required IReadOnlyList<int> Pids { get; init; }

    public required IReadOnlyList<StdioLink> Stdio { get; init; }

    public required IReadOnlyList<InotifyWatch> Watches { get; init; }

    /// <summary>What the kernel said about each process and thread. Checkpoints of an earlier crik do not have it.</summary>
    public TreeTraits? Traits { get; init; }

    public required IReadOnlyList<CgroupDirectory> Cgroups { get; init; }

    /// <summary>The container's network addresses. A restore binds a socket that was bound to one of them to an address of the new pod.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public required IReadOnlyList<string> ExternalMounts { get; init; }

    /// <summary>The files that the tree had open or mapped. A restore needs them.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Files and directories of the container that crik copied to <c>files/</c> although additionalPaths does not name them.</summary>
    public IReadOnlyList<string> OwnPaths { get; init; } = [];

    /// <summary>The files that criu recorded under a name that was removed, and that a restore has to open by another one.</summary>
    public IReadOnlyList<RenamedFile> RenamedFiles { get; init; } = [];

    /// <summary>The files on volumes that the tree had open for writing. Checkpoints of an earlier crik do not have this list.</summary>
    public IReadOnlyList<WrittenFile> WrittenFiles { get; init; } = [];

    /// <summary>The files of the tree's Unix sockets. Checkpoints of an earlier crik do not have this list.</summary>
    public IReadOnlyList<SocketFile> SocketFiles { get; init; } = [];

    /// <summary>A number (inode) that no file in /dev/shm had until then. Checkpoints of an earlier crik do not have it.</summary>
    public long? MemoryFileNumber { get; init; }

    /// <summary>The files under <c>images/</c>.</summary>
    public required IReadOnlyList<ImageFile> Images { get; init; }

    /// <summary>About how many bytes of memory criu compressed; <see langword="null"/> when the pages are not compressed.</summary>
    public long? CompressedMemory { get; init; }

    public bool IsCompressed => CompressedMemory is not null;

    /// <summary>The bytes that the saved memory takes in the program.</summary>
    public long MemoryBytes => CompressedMemory ?? PageBytes;

    /// <summary>The bytes that the saved memory takes in the images.</summary>
    public long PageBytes => Images.Where(image => CheckpointLayout.IsPages(image.Name)).Sum(image => image.Size);

    /// <summary>The bytes of the checkpoint on the disk.</summary>
    public CheckpointSize Size => new(PageBytes, Images.Sum(image => image.Size) - PageBytes, Files.Sum(file => file.Size));

    /// <summary>Whether <c>files/</c> holds the files of additionalPaths and of <see cref="OwnPaths"/>.</summary>
    public bool HasFiles { get; init; }

    /// <summary>The files under <c>files/</c>. Checkpoints of an earlier crik do not have this list.</summary>
    public IReadOnlyList<ImageFile> Files { get; init; } = [];
}

/// <summary>A cgroup hierarchy as the container saw it.</summary>
/// <param name="Hierarchy">The controllers, empty for v2.</param>
/// <param name="Directory">The container's own directory below the mount point, starting with a slash.</param>
internal sealed record CgroupDirectory(string Hierarchy, string MountPoint, string Directory);

/// <param name="Checksum">The CRC-32C. Images of pages and archives of files have one only when <c>checksumPages</c> is on.</param>
internal sealed record ImageFile(string Name, long Size, uint? Checksum = null);

/// <summary>Records how the last run went, so that the next start can decide: <c>run.json</c>. crik replaces it as a whole.</summary>
internal sealed record RunRecord
{
    public required string RunId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string HostName { get; init; }

    /// <summary>The checkpoint that the run was restored from; <see langword="null"/> for a fresh start.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>
    /// The state that the run was restored from (<see cref="CheckpointManifest.State"/>), as long as the run is younger than settleTime.
    /// <see langword="null"/> for a healthy run, and in the record of an earlier crik.
    /// </summary>
    public int? State { get; init; }

    /// <summary>How many restored runs of <see cref="State"/> ended early before this run, one after the other.</summary>
    public int EarlyEnds { get; init; }

    /// <summary>The UID of the pod (<see cref="PodIdentity"/>); <see langword="null"/> where it is unknown.</summary>
    public string? PodUid { get; init; }

    /// <summary>The boot of the machine that the run was on.</summary>
    public string? BootId { get; init; }

    /// <summary>Checkpoints up to this number are history, because the program ended by itself or was started afresh after them.</summary>
    public int HistoryUpTo { get; init; }

    /// <summary>The number of this run among the holders of the lock (<see cref="LockHolder.Epoch"/>).</summary>
    public long Epoch { get; init; }

    /// <summary>
    /// Checkpoints that a rollback skipped, or whose state was given up. crik keeps them and restores none of them unless somebody chooses it.
    /// </summary>
    public IReadOnlyList<int>? Skipped { get; init; }

    /// <summary>How fast the image directory's disk is, measured at the last checkpoints that were large enough.</summary>
    public WriteSpeeds Speeds { get; init; } = WriteSpeeds.Unknown;

    /// <summary>The figures of this image directory; <see langword="null"/> in the record of an earlier crik.</summary>
    public RunTotals? Totals { get; init; }

    public RunEnd? End { get; init; }
}

/// <param name="AfterSigterm">Whether crik got SIGTERM. Otherwise the program ended by itself, or somebody ordered its last checkpoint.</param>
internal sealed record RunEnd(RunEndKind Kind, DateTimeOffset At, int ExitCode, int Signal, bool AfterSigterm = false);

internal enum RunEndKind
{
    /// <summary>The program ended by itself, or because it was asked to. Its older checkpoints are history.</summary>
    Exited,

    /// <summary>The run ended with a committed checkpoint, which holds the program's state.</summary>
    Checkpointed,

    /// <summary>
    /// The program was killed, or got SIGTERM because its checkpoint failed and did not end with exit code 0. Its last checkpoint is the
    /// newest state there is.
    /// </summary>
    Lost,

    /// <summary>crik ended the program because it could not load all pages of the checkpoint that it was restored from.</summary>
    Incomplete,

    /// <summary>After the run, somebody chose the checkpoint that the next start restores.</summary>
    RolledBack,
}

/// <summary>Names the crik that holds the image directory. It is written into the lock file, so that a crik that waits can log it.</summary>
/// <param name="Epoch">The number of this holder. Each new holder counts it up, so a pod that lost its lock unnoticed finds a higher one.</param>
internal sealed record LockHolder(string HostName, int Pid, DateTimeOffset Since, long Epoch = 0)
{
    /// <summary>A higher epoch counts as damage, so that adding one never overflows.</summary>
    public const long HighestEpoch = 1L << 62;
}
