using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// The only place that calls into libc. Each import is private; the wrapper beside it owns the errno policy:
/// EINTR is retried, expected errors are return values, the rest is a <see cref="LinuxException"/>.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";

    private static int LastErrno() => Marshal.GetLastPInvokeError();

    private static LinuxException Failed(string call) => new(call, LastErrno());

    /// <summary>Runs a call again while a signal interrupted it, and throws for every other error.</summary>
    private static long Checked(Func<long> call, string name)
    {
        while (true)
        {
            long result = call();
            if (result >= 0)
            {
                return result;
            }

            if (LastErrno() != Errno.EINTR)
            {
                throw Failed(name);
            }
        }
    }
}
