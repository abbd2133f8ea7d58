namespace Crik.Criu;

/// <summary>Reads why criu failed from its log, and explains that to the user.</summary>
internal static class CriuLog
{
    /// <summary>How many error lines of the log go into crik's own log.</summary>
    private const int EvidenceLines = 6;

    /// <summary>How much of the log is read, from its end.</summary>
    private const long TailBytes = 256 << 10;

    public const string UsesIoUring = "the program uses io_uring, which criu cannot save, and crik did not hide it: set ioUring to hide, switch io_uring off in "
        + "the program, or add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, with which crik hides it from every program";

    public const string UsesSysvMemory = "the program uses System V shared memory: add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, "
        + "or set shareSysvMemory: true if no process looks for the memory by its key later, as none does in PostgreSQL";

    public const string IsFiltered = "the program is under a seccomp filter: set securityContext.seccompProfile.type to Unconfined; if the program "
        + "itself made the filter, add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME";

    public const string HasMappedElsewhere = "the program has mapped a file of a mount that this container does not have, such as an image volume of CRI-O: "
        + "copy the file to another volume, or into the image";

    private const string HasMappedWithoutName = "the program has mapped a file that has no name in this container, and in a user namespace criu finds such files only by their names: "
        + "do not delete the file, copy it from an image volume to another one, or leave out hostUsers: false";

    private const string HasSeveralUsers = "the program has processes of several users, or one that its own user may not look into (PR_SET_DUMPABLE): "
        + "run the container as root, or all of it as one user";
    private const string HasSomethingElse = "the program has something open that criu cannot save: close it before checkpoints, or do without it";
    private const string HasHiddenName = "a deleted file that is still open has another name (a hard link), which crik did not find in this container: close it before checkpoints";
    private const string DirectoryIsFull = "the image directory is full: use a larger volume, or lower keep";
    private const string WatchedFileIsGone = "a file the program watches is not here any more: put it back on its volume; if it was in the container's layer, "
        + "name its directory in inotifyIncompatiblePaths, so that crik saves it too";

    private const string MemoryRanOut = "probably because the container's memory ran out: raise its memory limit (resources.limits.memory)";
    private const string TaskWasKilled = $"a process of the program was ended by SIGKILL while it was restored, {MemoryRanOut}";

    public const string IsInOwnNamespace = "a process of the program is in a namespace of its own, which criu cannot save or cannot bring back: start the program "
        + "without namespaces, for instance a browser with --no-sandbox";

    private const string ConnectedToOutside = "a Unix socket leads to a process outside the program's tree: end that process first";
    private const string NotAccepted = "a connection to a Unix socket of the program waits to be accepted, and has data in it or has ended: "
        + "criu can save it when the program has accepted it";
    private const string NotWhereItWasBound = "a Unix socket was bound to a relative path that does not lead to it any more: let the program bind sockets to absolute paths";
    private const string NotRead = "a netlink socket of the program has a message from the kernel that was not read: criu can save it when the program has read it";
    private const string NotSent = "a UDP socket of the program holds back what was written to it (UDP_CORK): criu can save it when the program has sent that";

    /// <summary>The kernel's limit is for a user on a node, and every pod without user namespaces has the same users (pipe(7)).</summary>
    private const string HasTooManyPipes = "the user of the program has more pipes open on this node than fs.pipe-user-pages-soft allows, so criu cannot save or restore a pipe: "
        + "raise that sysctl on the node, set hostUsers: false, or add the capability SYS_RESOURCE";

    /// <summary>Parts of error lines that criu writes in every container and that are harmless.</summary>
    private static readonly string[] s_usual = ["binfmt_misc", "Unable to create tun", "Can't setup RLIMIT_NOFILE for self"];

    /// <summary>Parts of criu's error lines, and what each means for the user and what to try.</summary>
    private static readonly (string Part, string Meaning)[] s_known =
    [
        ("io_uring", UsesIoUring),
        ("send_fds failed (-22)", UsesIoUring), // only the descriptor of an io_uring cannot be sent through a socket
        ("Unsupported proto 262", "the program has a socket of multipath TCP, which criu cannot save: switch multipath TCP off in the program"),
        ("suspending seccomp failed", IsFiltered),
        ("Can't get 1:16 opt", "this criu does not know sockets of kernels from 6.16 on: install criu 4.2 or newer, or run the container as root"),
        ("Unexpected rt vDSO area", "this criu does not know this kernel: install criu 4.1.1 or newer"),
        ("Can't dump that handle", "an inotify watch is on a file that cannot be found by name: add its directory to inotifyIncompatiblePaths, or add the capability DAC_READ_SEARCH"),
        ("doesn't live in IPC ns", UsesSysvMemory),
        ("External socket is used", ConnectedToOutside),
        ("Can't dump ghost file", "a deleted file that is still open is larger than ghostLimit: raise it"),
        ("compression requires CRIU built with LZ4", "this criu was built without LZ4: install a criu with LZ4, or set compression to none"),
        ("CRIU was built without LZ4", "the memory in the checkpoint is compressed, and this criu was built without LZ4: use the container image that made the checkpoint, or a criu with LZ4"),
        ("Block decompression failed", "the compressed memory in the checkpoint is damaged"),
        ("Can't get rlimit", HasSeveralUsers),
        ("map_files on procfs: Permission denied", HasSeveralUsers),
        ("Can't fork for", "a process number the program needs is taken by something else in this pod: end it, and do not share the PID namespace"),
        ("No mapping for", "a volume that the program has in a mount namespace of its own is not in this pod: mount it at the same place"),
        ("has bad size", "a file the program has open changed since the checkpoint: add it to additionalPaths"),
        ("Can't open file", "a file the program had open is not here: add it to additionalPaths, or keep it on a volume"),
        ("No space left on device", DirectoryIsFull),
        ("Disk quota exceeded", "the image directory's quota is used up: raise it, or lower keep"),
        ("Input/output error", "the disk of the image directory has errors: use another volume"),
        ("Unable to drop capability", "criu may not drop capabilities: add SETPCAP"),
        ("Unable to set a monotonic clock offset", "the clock of a time namespace cannot be set here: remove the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, and a restore needs no time namespace"),
        ("unix: Can't bind", "a Unix socket of the program cannot be bound to its path: remove the other file that is there, or mount the volume with its directory"),
        ("Can't bind", "an address the program listened on is taken or not available here: let it listen on 0.0.0.0"),
        ("fsnotify: Unable to open", WatchedFileIsGone),
        ("Stale file handle", WatchedFileIsGone),
        ("Can't dump nested", IsInOwnNamespace),
        ("doesn't have a proper root mount", IsInOwnNamespace),
        ("Unable to convert uid or gid", IsInOwnNamespace),
        ("in-flight socket", NotAccepted),
        ("Can't resolve name for socket", NotWhereItWasBound),
        ("Unable too cut", NotWhereItWasBound), // the misspelling is criu's (unix_resolve_name of criu/sk-unix.c)
        ("The socket has data to read", NotRead),
        ("Can't dump corked dgram", NotSent),
        ("Unable to set a pipe size", HasTooManyPipes),
        ("Can't restore pipe size", HasTooManyPipes),
        ("Can't create link remap", HasHiddenName),
        ("trim failed: @link_remap", HasHiddenName),
        ("packetized mode", HasSomethingElse),
        ("Unsupported", HasSomethingElse),
        ("of that type", HasSomethingElse),
        ("Unknown socket", HasSomethingElse),
        ("for fd=-3 path=", HasMappedElsewhere), // only a mapping has no descriptor (FD_DESC_INVALID of criu/include/file-ids.h)
        ("Can't open mapped [", HasMappedWithoutName),
        ("Can't lookup mount=", "the program has a file open on a mount that this container does not have: close it before checkpoints"),
    ];

    /// <summary>Parts of error lines whose cause is the pod in which criu restores, and not the checkpoint.</summary>
    private static readonly string[] s_faultsOfPod =
    [
        "Can't fork for", "Address already in use", "Cannot allocate memory", "Resource temporarily unavailable", "Too many open files",
        "No space left on device", "Disk quota exceeded", "Can't restore pipe size",
    ];

    /// <summary>The explanations of all errors that crik knows; each has an entry in docs/troubleshooting.md.</summary>
    internal static IEnumerable<string> Meanings => s_known.Select(known => known.Meaning);

    /// <summary>Reads criu's log and explains why criu failed.</summary>
    /// <param name="what">What failed, for the beginning of the message.</param>
    /// <param name="fallback">The cause, if the log has no error.</param>
    /// <param name="directoryIsFull">The disk of the log is full, so the log may be cut off.</param>
    /// <param name="ending">How criu was ended before it could write the cause (<see cref="Ending"/>).</param>
    public static CriuException Explain(string what, string logPath, string? fallback, bool directoryIsFull = false, string? ending = null)
    {
        string[] errors = [.. Tail(logPath).Where(line => line.Contains("Error (", StringComparison.Ordinal) && !s_usual.Any(line.Contains))];

        // The first error is the cause; later ones follow from it.
        string[] causes = ending is not null ? [] : [.. errors.Take(Math.Max(1, Array.FindIndex(errors, error => Meaning(error) is not null) + 1))];
        string? meaning = causes.Select(Meaning).FirstOrDefault(found => found is not null) ?? (directoryIsFull && ending is null ? DirectoryIsFull : null);
        string cause = ending ?? meaning
            ?? (errors.Length == 0 ? fallback ?? "criu ended, and its log has no error"
            : errors[0].Contains("killed by signal 9", StringComparison.Ordinal) ? TaskWasKilled // only as the first error: after another one criu itself kills the tasks
            : $"criu says: {WithoutPrefix(errors[0])}");
        bool ranOutOfTimeOrMemory = ending is not null && (ending.Contains(MemoryRanOut, StringComparison.Ordinal) || ending.Contains("did not end within", StringComparison.Ordinal));
        return new CriuException($"{what}: {cause}", [.. errors.TakeLast(EvidenceLines).Select(WithoutPrefix)])
        {
            Lasts = meaning is not (null or NotAccepted or NotRead or NotSent or ConnectedToOutside or HasTooManyPipes),
            IsFromOutside = meaning is ConnectedToOutside,
            IsOfPod = ranOutOfTimeOrMemory || cause == TaskWasKilled || causes.Any(error => s_faultsOfPod.Any(error.Contains)),
            IsUndelivered = meaning is NotAccepted or NotRead,
        };
    }

    /// <summary>Says how criu was ended by a signal or by crik.</summary>
    /// <param name="signal">The signal that ended criu and that crik did not send; 0 when there was none.</param>
    /// <param name="longest">The time limit that criu exceeded, if it did; crik ended it then.</param>
    /// <returns><see langword="null"/> when criu ended by itself.</returns>
    public static string? Ending(int signal, TimeSpan? longest) =>
        longest is { } time ? $"criu did not end within {time.TotalSeconds:0} s, so crik ended it: if the volume of imageDir hangs or is very slow, use another one"
        : signal == Signal.SIGKILL ? $"criu was ended by SIGKILL, {MemoryRanOut}"
        : signal != 0 ? $"criu was ended by {Signal.Name(signal)}, which crik did not send: if nothing else in the pod sent it, this criu has a fault; install another version"
        : null;

    internal static string? Meaning(string line) => s_known.FirstOrDefault(known => line.Contains(known.Part, StringComparison.Ordinal)).Meaning;

    /// <summary>Removes the time, the process and the source from a line such as <c>(00.012345) 17: Error (criu/files-reg.c:1834): File tmp/x has bad size</c>.</summary>
    private static string WithoutPrefix(string line)
    {
        int error = line.IndexOf("Error (", StringComparison.Ordinal);
        int end = line.IndexOf("): ", Math.Max(0, error), StringComparison.Ordinal);
        return end < 0 ? line.Trim() : line[(end + 3)..].Trim();
    }

    private static string[] Tail(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            file.Seek(Math.Max(0, file.Length - TailBytes), SeekOrigin.Begin);
            using StreamReader reader = new(file);
            return reader.ReadToEnd().Split('\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
