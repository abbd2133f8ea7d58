using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// Tells a volume that fails from a checkpoint that is damaged. One that cannot be read now, or whose files find no room now, may
/// be whole; it is not set aside for that.
/// </summary>
internal static class VolumeTrouble
{
    public static bool Caused(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            int errno = cause is LinuxException linux ? linux.Errno : cause is IOException ? cause.HResult : 0; // .NET keeps a raw errno there
            if (Errno.IsTrouble(errno) || errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS)
            {
                return true;
            }
        }

        return false;
    }
}
