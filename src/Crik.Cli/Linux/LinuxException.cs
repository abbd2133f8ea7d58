namespace Crik.Linux;

/// <summary>A system call failed in a way that its caller did not expect.</summary>
internal sealed class LinuxException : IOException
{
    public LinuxException(string call, int errno)
        : base($"{call}: {Linux.Errno.Text(errno)}")
    {
        Errno = errno;
    }

    public int Errno { get; }
}
