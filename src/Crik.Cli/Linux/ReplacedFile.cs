namespace Crik.Linux;

/// <summary>Replaces a file as a whole, so that nobody reads half of it.</summary>
internal static class ReplacedFile
{
    /// <summary>The name of the new file until it is complete.</summary>
    public static string NextOf(string path) => $"{path}.new";

    /// <param name="mode">The mode of the new file, whatever the umask is.</param>
    /// <param name="finish">Does what else the new file needs before it takes the place of the old one.</param>
    /// <exception cref="IOException">It cannot be replaced. The old file is as it was.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode, Action<FileDescriptor>? finish = null)
    {
        string next = NextOf(path);
        using (FileDescriptor file = Libc.Create(next, FileModes.OwnFile))
        {
            Libc.Write(file, bytes, next);
            if (mode != FileModes.OwnFile && Libc.SetMode(file, mode) is var errno and not 0)
            {
                throw new LinuxException($"cannot set the mode of {next}", errno);
            }

            finish?.Invoke(file);
        }

        Libc.Rename(next, path);
    }
}
