using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// The only place that calls into libc, split by subject. Each import is private; the wrapper beside it owns the errno policy:
/// EINTR is retried, expected errors are return values, the rest is a <see cref="LinuxException"/>.
/// </summary>
/// <remarks>
/// Paths are strings as <see cref="ByteStrings"/> makes them, so that a path that is not UTF-8 reaches the kernel as it was read.
/// Names within a directory are bytes.
/// </remarks>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long a, long b, long c, long d, long e);

    private static int LastErrno() => Marshal.GetLastPInvokeError();

    private static LinuxException Failed(string call) => new(call, LastErrno());

    /// <summary>Turns the result of a call that returns 0 on success into the errno.</summary>
    private static int ErrnoOf(int result) => result == 0 ? 0 : LastErrno();

    private static void Require(int errno, string call)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno);
        }
    }

    private static FileDescriptor Opened(int descriptor, string call) => descriptor >= 0 ? new FileDescriptor(descriptor) : throw Failed(call);

    private static FileDescriptor? OpenedOrNull(long descriptor) => descriptor >= 0 ? new FileDescriptor((int)descriptor) : null;

    /// <summary>Turns the result of a call that returns -1 on failure into minus the errno.</summary>
    private static nint CountOrErrno(nint count) => count >= 0 ? count : -LastErrno();

    /// <summary>The bytes of a path as C wants them, with a zero byte at the end.</summary>
    private static byte[] Zeroed(string path) => Zeroed(ByteStrings.Encode(path));

    private static byte[] Zeroed(ReadOnlySpan<byte> name)
    {
        byte[] zeroed = new byte[name.Length + 1];
        name.CopyTo(zeroed);
        return zeroed;
    }
}
