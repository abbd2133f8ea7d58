using Crik.Criu;

namespace Crik.Tools;

/// <summary>
/// Copies the bundle that crik runs from into a directory, which is usually a volume that an init container shares with the program's
/// container. There it has to be mounted at <see cref="Bundle.Root"/>.
/// </summary>
internal static class InstallCommand
{
    /// <summary>File capabilities (<c>capabilities(7)</c>). Other attributes, such as labels of SELinux, belong to the place of a file.</summary>
    private const string Capabilities = "security.capability";

    /// <summary>Copies the bundle, and lets the copied crik print its version in the place of this one.</summary>
    /// <returns>Only a failure: the copied crik reports success.</returns>
    public static ToolAnswer Run(string target)
    {
        if (Bundle.Own is not { } bundle)
        {
            return Problem($"'crik install' copies {Bundle.Root}, and this crik does not run from there: use the image of the bundle (docs/bundle.md)");
        }

        int errno = Copy(bundle, target);
        string? note = errno == 0 ? null
            : $"{target}/bin/criu did not get its file capabilities: {Errno.Text(errno)}. So only containers that run as root can make checkpoints with "
                + "this copy. Run 'crik install' as root with the capability SETFCAP for others.\n";
        if (note is not null)
        {
            _ = Libc.TryWrite(2, Encoding.UTF8.GetBytes(note));
        }

        string crik = Path.Combine(target, "bin/crik");
        return Problem(NotExecutable(crik, Libc.Execute([crik, "version"])));
    }

    /// <summary>Copies a directory, and replaces what is there file by file, so that a second run is safe beside a crik that uses the first.</summary>
    /// <returns>0, or why a file did not get its capabilities.</returns>
    internal static int Copy(string source, string target)
    {
        MakeDirectory(target);
        int trouble = 0;
        foreach (string path in Directory.EnumerateFileSystemEntries(source))
        {
            string copy = Path.Combine(target, Path.GetFileName(path));
            int errno = Directory.Exists(path) ? Copy(path, copy) : CopyFile(path, copy);
            trouble = errno == 0 ? trouble : errno;
        }

        return trouble;
    }

    internal static string NotExecutable(string crik, int errno) => errno == Errno.EACCES
        ? $"{crik} was copied and cannot be executed: its volume is mounted with noexec. Use a volume that allows programs, such as an emptyDir"
        : $"{crik} was copied and cannot be executed: {Errno.Text(errno)}";

    private static int CopyFile(string source, string target)
    {
        using FileDescriptor file = Libc.Open(source, Libc.O_RDONLY);
        byte[] name = Encoding.ASCII.GetBytes(Capabilities);
        byte[]? value = Libc.ReadAttributes(file).FirstOrDefault(attribute => attribute.Name.AsSpan().SequenceEqual(name)).Value;
        int errno = 0;
        ReplacedFile.Write(target, File.ReadAllBytes(source), File.GetUnixFileMode(source), copy => errno = value is null ? 0 : Libc.SetAttribute(copy, name, value));
        return errno;
    }

    private static void MakeDirectory(string path)
    {
        if (Libc.MakeDirectory(path, FileModes.OthersMayUse))
        {
            Libc.SetMode(path, FileModes.OthersMayUse); // because the umask may have taken bits away
        }
    }

    private static ToolAnswer Problem(string problem) => new("", FailureKind.Failed, problem);
}
