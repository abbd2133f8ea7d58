using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Reading and writing at the current place of a descriptor.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCore(int fd, Span<byte> buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCore(int fd, ReadOnlySpan<byte> buffer, nint count);

    /// <returns>Bytes read, 0 at the end, -1 when nothing is there yet (EAGAIN).</returns>
    internal static long TryRead(FileDescriptor file, Span<byte> buffer)
    {
        while (true)
        {
            nint count = ReadCore(file.Number, buffer, buffer.Length);
            if (count >= 0 || LastErrno() != Errno.EINTR)
            {
                return count >= 0 ? count : LastErrno() == Errno.EAGAIN ? -1 : throw Failed("read");
            }
        }
    }

    /// <summary>Reads all of a small file, in as few calls as it takes; the files under <c>/proc</c> have no size to go by.</summary>
    internal static ReadOnlySpan<byte> ReadToEnd(string path)
    {
        using FileDescriptor file = Open(path, O_RDONLY);
        byte[] bytes = new byte[4096];
        int length = 0;
        while (TryRead(file, bytes.AsSpan(length)) is > 0 and long count)
        {
            length += (int)count;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, 4 * length);
            }
        }

        return bytes.AsSpan(0, length);
    }

    /// <summary>Writes as much as one call takes, again and again; a log line is therefore one write.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint count = WriteCore(descriptor, bytes, bytes.Length);
            if (count >= 0)
            {
                bytes = bytes[(int)count..];
            }
            else if (LastErrno() != Errno.EINTR)
            {
                return LastErrno();
            }
        }

        return 0;
    }

    internal static void Write(FileDescriptor file, ReadOnlySpan<byte> bytes, string what)
    {
        int errno = TryWrite(file.Number, bytes);
        if (errno != 0)
        {
            throw new LinuxException($"cannot write {what}", errno);
        }
    }
}
