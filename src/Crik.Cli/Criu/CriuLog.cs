namespace Crik.Criu;

/// <summary>What criu's log says, and what that means for the user.</summary>
internal static class CriuLog
{
    private const int EvidenceLines = 6;
    private const string UsesIoUring = "the program uses io_uring, which criu cannot save, and crik did not hide it: set ioUring to hide, switch it off in "
        + "the program, or add SYS_ADMIN, NET_ADMIN and SYS_TIME, with which it is hidden from every program";

    private const long TailBytes = 256 << 10;

    /// <summary>What criu says in every container, and goes on.</summary>
    private static readonly string[] s_usual = ["binfmt_misc", "Unable to create tun"];

    /// <summary>A part of an error line of criu's, and the same in the user's terms with what to try.</summary>
    private static readonly (string Part, string Meaning)[] s_known =
    [
        ("io_uring", UsesIoUring),
        ("send_fds failed (-22)", UsesIoUring), // of all descriptors only that of an io_uring is not handed over by a socket
        ("Unsupported proto 262", "the program has a socket of multipath TCP, which criu cannot save: switch that off in it"),
        ("suspending seccomp failed", "the program is under a seccomp filter: set securityContext.seccompProfile.type to Unconfined; one it puts on itself wants SYS_ADMIN, NET_ADMIN and SYS_TIME"),
        ("Can't get 1:16 opt", "this criu does not know sockets of kernels from 6.16 on: install criu 4.2 or newer, or run the container as root"),
        ("Unexpected rt vDSO area", "this criu does not know this kernel: install criu 4.1.1 or newer"),
        ("Can't dump that handle", "an inotify watch is on a file that cannot be found by name: add its directory to inotifyIncompatiblePaths, or the capability DAC_READ_SEARCH"),
        ("doesn't live in IPC ns", "the program uses System V shared memory: add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME, "
            + "or set shareSysvMemory: true when nobody looks for it again by its key, as in PostgreSQL"),
        ("External socket is used", "a Unix socket leads to a process outside the program's tree"),
        ("Can't dump ghost file", "a deleted file that is still open is larger than ghostLimit: raise it"),
        ("ghost file", "a deleted file that is still open could not be saved: raise ghostLimit"),
        ("Can't get rlimit", "the program has processes of several users: run the container as root, or all of it as one user"),
        ("Can't fork for", "a process number the program needs is taken"),
        ("Connected TCP socket", "the program has open connections"),
        ("has bad size", "a file the program has open changed since the checkpoint: add it to additionalPaths"),
        ("Can't open file", "a file the program had open is not here: add it to additionalPaths, or keep it on a volume"),
        ("Can't stat file", "a file the program had open is not here: add it to additionalPaths, or keep it on a volume"),
        ("No space left on device", "the image directory is full"),
        ("Disk quota exceeded", "the image directory's quota is used up"),
        ("Read-only file system", "the image directory is read-only"),
        ("Input/output error", "the disk of the image directory has errors"),
        ("Unable to drop capability", "criu may not drop capabilities: add SETPCAP"),
        ("Unable to set a monotonic clock offset", "the capability SYS_TIME is missing"),
        ("Can't bind", "an address the program listened on is taken or not available here"),
        ("Stale file handle", "a file the program watches is not the same here"),
        ("Unsupported", "the program has something open that criu cannot save"),
    ];

    /// <summary>Reads a log of criu's and says why it failed.</summary>
    public static CriuException Explain(string what, string logPath, string? fallback)
    {
        string[] errors = [.. Tail(logPath).Where(line => line.Contains("Error (", StringComparison.Ordinal) && !s_usual.Any(line.Contains))];

        // The first error is the cause; later ones are its echo.
        string? meaning = errors.Select(Meaning).FirstOrDefault(found => found is not null);
        string cause = meaning ?? (errors.Length > 0 ? $"criu says: {WithoutPrefix(errors[0])}" : fallback ?? "criu ended without a word");
        return new CriuException($"{what}: {cause}", [.. errors.TakeLast(EvidenceLines).Select(WithoutPrefix)]) { IsExplained = meaning is not null };
    }

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
