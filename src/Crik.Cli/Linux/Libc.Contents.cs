using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>The contents of files at given places: reading, copying, holes and sizes.</summary>
internal static unsafe partial class Libc
{
    private const int SEEK_DATA = 3;
    private const int SEEK_HOLE = 4;

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    private static partial long LseekCore(int file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRangeCore(int from, long* fromOffset, int to, long* toOffset, nint count, uint flags);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    private static partial nint PreadCore(int file, Span<byte> buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint PwriteCore(int file, ReadOnlySpan<byte> buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FtruncateCore(int fd, long length);

    internal static void SetSize(FileDescriptor file, long size) => Require(ErrnoOf(FtruncateCore(file.Number, size)), "ftruncate");

    /// <summary>Finds the next stretch of a sparse file that holds data.</summary>
    /// <returns><see langword="null"/> when there is none from <paramref name="from"/> on.</returns>
    internal static (long Offset, long Length)? NextData(FileDescriptor file, long from, long size)
    {
        long start = LseekCore(file.Number, from, SEEK_DATA);
        if (start < 0)
        {
            return LastErrno() switch
            {
                Errno.ENXIO => null,
                Errno.EINVAL when from < size => (from, size - from), // a file system without holes
                _ => throw Failed("lseek"),
            };
        }

        long end = LseekCore(file.Number, start, SEEK_HOLE);
        return end < 0 ? throw Failed("lseek") : (start, Math.Min(end, size) - start);
    }

    /// <summary>Copies within the kernel, which shares blocks where the file system can, or else through memory.</summary>
    /// <returns>Bytes copied; less than asked for only at the end of the source.</returns>
    internal static long CopyRange(FileDescriptor from, long fromOffset, FileDescriptor to, long toOffset, long count)
    {
        long done = 0;
        while (done < count)
        {
            long source = fromOffset + done;
            long target = toOffset + done;
            nint copied = CopyFileRangeCore(from.Number, &source, to.Number, &target, (nint)(count - done), 0);
            if (copied > 0)
            {
                done += copied;
            }
            else if (copied == 0)
            {
                return done;
            }
            else if (LastErrno() is Errno.EXDEV or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM or Errno.ETXTBSY)
            {
                return done + CopyThroughMemory(from, fromOffset + done, to, toOffset + done, count - done);
            }
            else if (LastErrno() != Errno.EINTR)
            {
                throw Failed("copy_file_range");
            }
        }

        return done;
    }

    /// <summary>Reads from a place in a file until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    internal static int ReadAt(FileDescriptor file, long offset, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            nint count = PreadCore(file.Number, buffer[done..], buffer.Length - done, offset + done);
            if (count == 0)
            {
                break;
            }

            if (count > 0)
            {
                done += (int)count;
            }
            else if (LastErrno() != Errno.EINTR)
            {
                throw Failed("read");
            }
        }

        return done;
    }

    private static long CopyThroughMemory(FileDescriptor from, long fromOffset, FileDescriptor to, long toOffset, long count)
    {
        byte[] buffer = new byte[1 << 17];
        long done = 0;
        while (done < count)
        {
            int read = ReadAt(from, fromOffset + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - done)));
            if (read == 0)
            {
                return done;
            }

            WriteAt(to, toOffset + done, buffer.AsSpan(0, read));
            done += read;
        }

        return done;
    }

    internal static void WriteAt(FileDescriptor file, long offset, ReadOnlySpan<byte> bytes)
    {
        for (int done = 0; done < bytes.Length;)
        {
            nint count = PwriteCore(file.Number, bytes[done..], bytes.Length - done, offset + done);
            if (count > 0)
            {
                done += (int)count;
            }
            else if (count == 0 || LastErrno() != Errno.EINTR)
            {
                throw Failed("write");
            }
        }
    }
}
