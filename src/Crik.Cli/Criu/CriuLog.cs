using Crik.Linux;

namespace Crik.Criu;

/// <summary>What criu's log says, and what that means for the user.</summary>
internal static class CriuLog
{
    private const int EvidenceLines = 6;
    public const string UsesIoUring = "the program uses io_uring, which criu cannot save, and crik did not hide it: set ioUring to hide, switch it off in "
        + "the program, or add SYS_ADMIN, NET_ADMIN and SYS_TIME, with which it is hidden from every program";

    public const string UsesSysvMemory = "the program uses System V shared memory: add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, "
        + "or set shareSysvMemory: true when nobody looks for it again by its key, as in PostgreSQL";

    public const string IsFiltered = "the program is under a seccomp filter: set securityContext.seccompProfile.type to Unconfined; one it puts on itself wants "
        + "SYS_ADMIN, NET_ADMIN and SYS_TIME";

    private const string HasSeveralUsers = "the program has processes of several users, or one that hides from its own (PR_SET_DUMPABLE): "
        + "run the container as root, or all of it as one user";
    private const string HasSomethingElse = "the program has something open that criu cannot save: close it before checkpoints, or do without";
    private const string DirectoryIsFull = "the image directory is full: use a larger volume, or lower keep";
    private const string WatchedFileIsGone = "a file the program watches is not here any more: put it back, or keep it where it is; one of the container's own goes along "
        + "when crik finds it by name (inotifyIncompatiblePaths)";

    private const string MemoryRanOut = "as it is when the container's memory runs out: raise its memory limit (resources.limits.memory)";
    private const string TaskWasKilled = $"a process of the program was ended by SIGKILL while it was restored, {MemoryRanOut}";

    private const long TailBytes = 256 << 10;

    public const string IsInOwnNamespace = "a process of the program is in a namespace of its own, which criu cannot save or cannot bring back: start the program "
        + "without, a browser for instance with --no-sandbox";

    private const string NotAccepted = "a connection to a Unix socket of the program's waits to be accepted, and has data in it or has ended: it can be saved when the program has accepted it";
    private const string NotRead = "a netlink socket of the program's has a message of the kernel's that was not read: it can be saved when the program has read it";
    private const string NotSent = "a UDP socket of the program's holds back what was written to it (UDP_CORK): it can be saved when that is sent";

    /// <summary>What criu says in every container, and goes on.</summary>
    private static readonly string[] s_usual = ["binfmt_misc", "Unable to create tun", "Can't setup RLIMIT_NOFILE for self"];

    /// <summary>A part of an error line of criu's, and the same in the user's terms with what to try.</summary>
    private static readonly (string Part, string Meaning)[] s_known =
    [
        ("io_uring", UsesIoUring),
        ("send_fds failed (-22)", UsesIoUring), // of all descriptors only that of an io_uring is not handed over by a socket
        ("Unsupported proto 262", "the program has a socket of multipath TCP, which criu cannot save: switch that off in it"),
        ("suspending seccomp failed", IsFiltered),
        ("Can't get 1:16 opt", "this criu does not know sockets of kernels from 6.16 on: install criu 4.2 or newer, or run the container as root"),
        ("Unexpected rt vDSO area", "this criu does not know this kernel: install criu 4.1.1 or newer"),
        ("Can't dump that handle", "an inotify watch is on a file that cannot be found by name: add its directory to inotifyIncompatiblePaths, or the capability DAC_READ_SEARCH"),
        ("doesn't live in IPC ns", UsesSysvMemory),
        ("External socket is used", "a Unix socket leads to a process outside the program's tree: end that one first"),
        ("Can't dump ghost file", "a deleted file that is still open is larger than ghostLimit: raise it"),
        ("compression requires CRIU built with LZ4", "this criu was built without LZ4: install one that has it, or set compression to none"),
        ("CRIU was built without LZ4", "the memory in the checkpoint is compressed, and this criu was built without LZ4: use the image it was made with, or a criu that has it"),
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
        ("Unable to set a monotonic clock offset", "the clock of a time namespace cannot be set here: without SYS_ADMIN, NET_ADMIN and SYS_TIME none is wanted"),
        ("Can't bind", "an address the program listened on is taken or not available here: let it listen on 0.0.0.0"),
        ("fsnotify: Unable to open", WatchedFileIsGone),
        ("Stale file handle", WatchedFileIsGone),
        ("Can't dump nested", IsInOwnNamespace),
        ("doesn't have a proper root mount", IsInOwnNamespace),
        ("Unable to convert uid or gid", IsInOwnNamespace),
        ("in-flight socket", NotAccepted),
        ("The socket has data to read", NotRead),
        ("Can't dump corked dgram", NotSent),
        ("Can't create link remap", "a deleted file that is still open has another name (a hard link): close it before checkpoints, or add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME"),
        ("packetized mode", HasSomethingElse),
        ("Unsupported", HasSomethingElse),
        ("of that type", HasSomethingElse),
        ("Unknown socket", HasSomethingElse),
        ("Can't lookup mount=", "the program has a file open on a mount that this container has not got, as a POSIX message queue is: close it before checkpoints"),
    ];

    /// <summary>All that is known; each has an entry in docs/troubleshooting.md.</summary>
    internal static IEnumerable<string> Meanings => s_known.Select(known => known.Meaning);

    /// <summary>Reads a log of criu's and says why it failed.</summary>
    /// <param name="directoryIsFull">Then the log itself may be cut off.</param>
    /// <param name="ending">What befell criu, so that it could not say it (<see cref="Ending"/>).</param>
    public static CriuException Explain(string what, string logPath, string? fallback, bool directoryIsFull = false, string? ending = null)
    {
        string[] errors = [.. Tail(logPath).Where(line => line.Contains("Error (", StringComparison.Ordinal) && !s_usual.Any(line.Contains))];

        // The first error is the cause; later ones are its echo.
        string? meaning = ending is not null ? null : errors.Select(Meaning).FirstOrDefault(found => found is not null) ?? (directoryIsFull ? DirectoryIsFull : null);
        string cause = ending ?? meaning
            ?? (errors.Length == 0 ? fallback ?? "criu ended without a word"
            : errors[0].Contains("killed by signal 9", StringComparison.Ordinal) ? TaskWasKilled // as the first; criu itself kills them after another error
            : $"criu says: {WithoutPrefix(errors[0])}");
        return new CriuException($"{what}: {cause}", [.. errors.TakeLast(EvidenceLines).Select(WithoutPrefix)])
        {
            Lasts = meaning is not (null or NotAccepted or NotRead or NotSent),
            IsUndelivered = meaning is NotAccepted or NotRead,
        };
    }

    /// <param name="signal">That ended criu and was not crik's; 0 when there was none.</param>
    /// <param name="longest">What it had, when it took longer and crik ended it.</param>
    /// <returns><see langword="null"/> when it ended by itself.</returns>
    public static string? Ending(int signal, TimeSpan? longest) =>
        longest is { } time ? $"criu did not end within {time.TotalSeconds:0} s and was ended: when the volume of imageDir hangs or is very slow, take another"
        : signal == Signal.SIGKILL ? $"criu was ended by SIGKILL, {MemoryRanOut}"
        : signal != 0 ? $"criu was ended by {Signal.Name(signal)}, which crik did not send: when nobody else did, criu is at fault; install another version"
        : null;

    internal static string? Meaning(string line)
    {
        foreach ((string part, string meaning) in s_known)
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return meaning;
            }
        }

        return null;
    }

    /// <summary>(00.012345) 17: Error (criu/files-reg.c:1834): File tmp/x has bad size</summary>
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
