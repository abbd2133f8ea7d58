namespace Crik.Files;

/// <summary>An archive, or a file that it names, cannot be used; the message names it.</summary>
/// <param name="isDamage">The archive is at fault, and not a file that cannot be read or written.</param>
internal sealed class FileArchiveException(string message, bool isDamage = false, Exception? cause = null) : IOException(message, cause)
{
    public bool IsDamage { get; } = isDamage;
}

/// <summary>Tells a fault of one file from a fault of the disk or of the archive.</summary>
internal static class FileFaults
{
    /// <summary>
    /// Whether an exception is about one file only and will come again, for example because nothing can be made at its path. A failing or
    /// full volume is different: it may work another time. A read-only root stays read-only, so it counts as the file's fault.
    /// </summary>
    public static bool IsOfThatFile(Exception exception)
    {
        int errno = (exception as LinuxException ?? exception.InnerException as LinuxException)?.Errno ?? 0;
        return exception is LinuxException or FileArchiveException { IsDamage: false }
            && !Errno.IsTrouble(errno) && errno is not (Errno.ENOSPC or Errno.EDQUOT);
    }
}
