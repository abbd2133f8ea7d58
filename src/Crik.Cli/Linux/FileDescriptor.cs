using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>An open descriptor that closes itself. It is close-on-exec from its first instant.</summary>
internal sealed class FileDescriptor : SafeHandle
{
    public FileDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    public int Number => checked((int)handle);

    /// <summary>Zero is a valid descriptor; only negative numbers are not.</summary>
    public override bool IsInvalid => (long)handle < 0;

    protected override bool ReleaseHandle() => Libc.CloseNumber((int)handle);
}
