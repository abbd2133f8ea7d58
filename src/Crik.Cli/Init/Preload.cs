using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// A library of crik's own (Native/) that the dynamic linker loads into another program before all others (<c>LD_PRELOAD</c>,
/// ld.so(8)): it answers a few system calls in the kernel's place. Only the native build has them.
/// </summary>
internal static class Preload
{
    private const string Variable = "LD_PRELOAD";

#if CRIK_PRELOADS
    /// <summary>For criu: what the kernel tells it only of its own user's tasks, and what it does not tell of a TCP socket any more.</summary>
    private static ReadOnlySpan<byte> CriuAnswers => PreloadBytes.CriuAnswers;

    /// <summary>For criu at the basic level, where it is wanted: System V shared memory is memory that is shared.</summary>
    private static ReadOnlySpan<byte> PlainSysv => PreloadBytes.PlainSysv;

    /// <summary>For a criu that restores: the tasks die with it, until it lets them run.</summary>
    private static ReadOnlySpan<byte> CriuRestores => PreloadBytes.CriuRestores;

    /// <summary>For the program: the kernel has no io_uring.</summary>
    private static ReadOnlySpan<byte> NoIoUring => PreloadBytes.NoIoUring;
#else
    private static ReadOnlySpan<byte> CriuAnswers => [];

    private static ReadOnlySpan<byte> PlainSysv => [];

    private static ReadOnlySpan<byte> CriuRestores => [];

    private static ReadOnlySpan<byte> NoIoUring => [];
#endif

    /// <summary>Tried in turn: in the container's own layer, and last where it is certain that something can be written.</summary>
    private static readonly string[] s_places = ["/run/crik", "/tmp", "/var/tmp"];

    /// <summary>Whether criu loads anything: one that has file capabilities does not, and a container of another user than root needs such a one.</summary>
    public static bool ReachesCriu => !CriuAnswers.IsEmpty && Libc.GetEffectiveUserId() == 0;

    /// <summary>What a criu that dumps is to load, in memory; nothing when this build has it not.</summary>
    public static IReadOnlyList<FileDescriptor> OpenForDump(bool plainSystemV)
    {
        List<FileDescriptor> files = [];
        Open(files, "crik-answers", CriuAnswers);
        Open(files, "crik-plain-sysv", plainSystemV ? PlainSysv : []);
        return files;
    }

    /// <summary>The same for a restore.</summary>
    public static IReadOnlyList<FileDescriptor> OpenForRestore()
    {
        List<FileDescriptor> files = [];
        Open(files, "crik-answers", CriuAnswers);
        Open(files, "crik-restores", CriuRestores);
        return files;
    }

    /// <summary>
    /// Puts what the program is to load into a file, which every process of its tree can open, now and after a restore: the tree
    /// has it mapped, and so it goes along with a checkpoint.
    /// </summary>
    /// <param name="last">Where it may be put when it can be nowhere else.</param>
    /// <returns><see langword="null"/> when it can be nowhere, or this build has it not.</returns>
    public static string? WriteForProgram(string last)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        return NoIoUring.IsEmpty ? null : s_places.Append(last).FirstOrDefault(place => TryWrite(place, mounts)) is { } found ? PathIn(found) : null;
    }

    /// <summary>The environment with one more library to load. What is preloaded already stays before it.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> environment, string path)
    {
        string? before = environment.FirstOrDefault(entry => entry.StartsWith($"{Variable}=", StringComparison.Ordinal));
        return before is null or $"{Variable}="
            ? [.. environment.Where(entry => entry != before), $"{Variable}={path}"]
            : [.. environment.Select(entry => ReferenceEquals(entry, before) ? $"{entry}:{path}" : entry)];
    }

    private static void Open(List<FileDescriptor> files, string name, ReadOnlySpan<byte> library)
    {
        if (!library.IsEmpty)
        {
            files.Add(Libc.MakeMemoryFile(name, library));
        }
    }

    private static string PathIn(string place) => Path.Combine(place, "crik-no-io-uring.so");

    private static bool TryWrite(string place, IReadOnlyList<Mount> mounts)
    {
        if (Mount.Of(place, mounts) is not { } mount || mount.Options.Split(',').Contains("noexec"))
        {
            return false;
        }

        try
        {
            if (Libc.MakeDirectory(place, 0x1ED))
            {
                Libc.SetMode(place, 0x1ED); // 0755, whatever the umask
            }

            string path = PathIn(place);
            using FileDescriptor? file = Libc.TryOpen(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, 0x1ED, out int errno);
            if (file is null)
            {
                // A container that is started again has it already; somebody else's file is not taken.
                return errno == Errno.EEXIST && Libc.TryStatus(path) is { IsRegular: true } there && there.UserId == Libc.GetEffectiveUserId()
                    && NoIoUring.SequenceEqual(File.ReadAllBytes(path));
            }

            Libc.Write(file, NoIoUring, path);
            return Libc.SetMode(file, 0x1ED) == 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
