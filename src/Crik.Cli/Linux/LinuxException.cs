namespace Crik.Linux;

/// <summary>A system call failed in a way that its caller did not expect.</summary>
internal sealed class LinuxException(string call, int errno) : IOException($"{call}: {Linux.Errno.Text(errno)}")
{
    public int Errno => errno;
}
