namespace Crik.Store;

/// <summary>
/// Tells a failing volume from a damaged checkpoint. A checkpoint may be intact although it cannot be read now, or although there is no room
/// for its files now. crik does not set it aside then.
/// </summary>
internal static class VolumeTrouble
{
    public static bool Caused(Exception exception)
    {
        int errno = exception is LinuxException linux ? linux.Errno : exception is IOException ? exception.HResult : 0; // .NET stores the errno there
        return Errno.IsTrouble(errno) || errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS
            || (exception.InnerException is { } cause && Caused(cause));
    }
}
