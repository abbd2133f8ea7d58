using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Error numbers of the Linux ABI, as in <c>errno(3)</c>; the same on x86-64 and arm64.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ETXTBSY = 26;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EPIPE = 32;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int EBADMSG = 74;
    public const int EOPNOTSUPP = 95;
    public const int ENOBUFS = 105;
    public const int ENOTCONN = 107;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int ESTALE = 116;
    public const int EUCLEAN = 117;
    public const int EREMOTEIO = 121;
    public const int EDQUOT = 122;

    /// <summary>Whether an error is not about the file: its disk, its server or this machine cannot do it now.</summary>
    public static bool IsTrouble(int errno) =>
        errno is EIO or ENXIO or ENODEV or ENOMEM or ENFILE or EMFILE or EBADMSG or ENOTCONN or ETIMEDOUT or EHOSTDOWN or ESTALE or EUCLEAN or EREMOTEIO;

    /// <summary>Whether this container or machine has no process, descriptor or memory to give now.</summary>
    public static bool IsShortage(int errno) => errno is EAGAIN or ENOMEM or ENFILE or EMFILE;

    /// <summary>The text of the C library, for example <c>No space left on device</c>.</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
