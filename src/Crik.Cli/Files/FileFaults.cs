using Crik.Linux;

namespace Crik.Files;

/// <summary>Tells a fault of one file from a fault of the disk or of the archive.</summary>
internal static class FileFaults
{
    /// <summary>
    /// Whether an exception is about the file alone, for example that it has no place here. A volume that fails now, or has no room now, may
    /// be well another time. A root that is read-only stays read-only.
    /// </summary>
    public static bool IsOfThatFile(Exception exception)
    {
        int errno = (exception as LinuxException ?? exception.InnerException as LinuxException)?.Errno ?? 0;
        return exception is LinuxException or FileArchiveException { IsDamage: false }
            && !Errno.IsTrouble(errno) && errno is not (Errno.ENOSPC or Errno.EDQUOT);
    }
}
