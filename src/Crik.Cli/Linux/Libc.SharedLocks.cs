namespace Crik.Linux;

internal static partial class Libc
{
    private const int LOCK_SH = 1;

    /// <summary>
    /// Takes a shared lock of the open file, without waiting. NFSv4 gives an exclusive lock only to a file that is open for writing,
    /// and a shared one to a file that is open for reading (nfs4_proc_lock, fs/nfs/nfs4proc.c).
    /// </summary>
    /// <returns><see langword="false"/> while somebody holds the exclusive lock.</returns>
    internal static bool TryLockShared(FileDescriptor file) =>
        FlockCore(file.Number, LOCK_SH | LOCK_NB) == 0 || (LastErrno() is Errno.EAGAIN or Errno.EACCES ? false : throw Failed("flock"));
}
