namespace Crik.Init;

/// <summary>
/// Writes the files of the library that hides io_uring from the program (Native/no-io-uring.c). Every process of the program's tree loads
/// it, now and after a restore, so it needs files that stay. <c>LD_PRELOAD</c> names a link to it. docs/design/0011-preloads.md explains
/// how the name of that link is chosen so that no program complains about it.
/// </summary>
internal static class ProgramLibrary
{
    private const string DirectoryName = "crik-no-io-uring";
    private const string LibraryName = "no-io-uring.so";
    private const string EmptyName = "nothing-32.so";

    /// <summary>
    /// The directory of the links. A program with AddressSanitizer refuses to start unless its runtime is loaded first; it takes any path
    /// with "libasan" in it for that runtime.
    /// </summary>
    private const string LinksName = "before-libasan.so";

    /// <summary>glibc's dynamic linker replaces this by the name of the processor, which differs for programs of 32 bits (ld.so(8)).</summary>
    private const string Platform = "$PLATFORM";

    /// <summary>The names that glibc uses in programs of 64 bits (sysdeps/x86/cpu-features.c). musl replaces nothing.</summary>
    private static readonly string[] s_platforms = ["x86_64", "haswell", "xeon_phi", "aarch64", Platform];

    /// <summary>The names that glibc uses in programs of 32 bits.</summary>
    private static readonly string[] s_platforms32 = ["i686", "i586"];

    /// <summary>The directories to try in turn. They are usually in the container's own layer.</summary>
    private static readonly string[] s_places = ["/run", "/tmp", "/var/tmp"];

    /// <summary>Writes the files into the first directory that takes them.</summary>
    /// <param name="last">The directory to use when no other can be written.</param>
    /// <param name="empty32">An empty library for programs of 32 bits.</param>
    /// <returns>The path for <c>LD_PRELOAD</c>; <see langword="null"/> when no directory can be written.</returns>
    public static string? Write(string last, ReadOnlySpan<byte> library, ReadOnlySpan<byte> empty32)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        foreach (string place in s_places.Append(last))
        {
            if (Mount.Of(place, mounts) is { } mount && !mount.Options.Split(',').Contains("noexec") && TryWrite(place, library, empty32) is { } name)
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>
    /// Writes the links that are missing beside the library that a restored program has mapped. The checkpoint brings back the library
    /// itself but not the links, and children that the program starts need them.
    /// </summary>
    /// <param name="mapped">The files that the program has open or mapped.</param>
    public static void Complete(IEnumerable<string> mapped, ReadOnlySpan<byte> library, ReadOnlySpan<byte> empty32)
    {
        const string End = $"/{DirectoryName}/{LibraryName}";
        if (mapped.FirstOrDefault(path => path.EndsWith(End, StringComparison.Ordinal)) is { } found)
        {
            TryWrite(found[..^End.Length], library, empty32);
        }
    }

    internal static string? TryWrite(string place, ReadOnlySpan<byte> library, ReadOnlySpan<byte> empty32)
    {
        string directory = Path.Combine(place, DirectoryName);
        string links = Path.Combine(directory, LinksName);
        try
        {
            if (!IsOwn(directory) || !IsOwn(links) || !Has(Path.Combine(directory, LibraryName), library))
            {
                return null;
            }

            LinkAll(links, s_platforms, LibraryName);
            if (!empty32.IsEmpty && Has(Path.Combine(directory, EmptyName), empty32))
            {
                LinkAll(links, s_platforms32, EmptyName);
            }

            return Path.Combine(links, Platform);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes a directory, or checks that an existing one is safe: only crik's own user may be able to put a library into it.</summary>
    private static bool IsOwn(string directory)
    {
        const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (Libc.MakeDirectory(directory, FileModes.OthersMayUse))
        {
            Libc.SetMode(directory, FileModes.OthersMayUse); // because the umask may have taken bits away
        }

        return Libc.TryStatus(directory, followLinks: false) is { IsDirectory: true } status && status.UserId == Libc.GetEffectiveUserId() && (status.Permissions & WritableByOthers) == 0;
    }

    /// <summary>Writes a file. A file that is there already, as in a container that is started again, must have the same content.</summary>
    private static bool Has(string path, ReadOnlySpan<byte> content)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, FileModes.OthersMayUse, out int errno);
        if (file is null)
        {
            return errno == Errno.EEXIST && Libc.TryStatus(path, followLinks: false) is { IsRegular: true } && content.SequenceEqual(File.ReadAllBytes(path));
        }

        Libc.Write(file, content, path);
        return Libc.SetMode(file, FileModes.OthersMayUse) == 0;
    }

    private static void LinkAll(string links, string[] names, string file)
    {
        foreach (string name in names)
        {
            string link = Path.Combine(links, name);
            if (Libc.TryStatus(link, followLinks: false) is null)
            {
                Libc.MakeSymlink($"../{file}", link);
            }
        }
    }
}
