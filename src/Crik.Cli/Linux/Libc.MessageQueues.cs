using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>POSIX message queues (mq_overview(7)). A name has no slash here.</summary>
internal static unsafe partial class Libc
{
    // The six calls have numbers in a row, in this order.
    private static long SYS_mq_open => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 180 : 240;

    private static long SYS_mq_unlink => SYS_mq_open + 1;

    private static long SYS_mq_timedsend => SYS_mq_open + 2;

    private static long SYS_mq_timedreceive => SYS_mq_open + 3;

    private static long SYS_mq_getsetattr => SYS_mq_open + 5;

    internal static bool IsMessageQueue(string path)
    {
        const ulong MQUEUE_MAGIC = 0x19800202;
        Span<ulong> result = stackalloc ulong[StatusWords];
        return StatfsCore(Zeroed(path), result) == 0 && result[0] == MQUEUE_MAGIC;
    }

    /// <summary>Opens a queue that never waits, for both directions.</summary>
    /// <param name="size">The size of a new queue. Without it, the queue has to be there.</param>
    /// <returns><see langword="null"/> when a new queue is wanted and the name is taken, or when the queue is not there.</returns>
    internal static FileDescriptor? TryOpenQueue(string name, QueueSize? size)
    {
        long* attributes = stackalloc long[8] { 0, size?.Messages ?? 0, size?.MessageBytes ?? 0, 0, 0, 0, 0, 0 };
        int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC | (size is null ? 0 : O_CREAT | O_EXCL);
        fixed (byte* zeroed = Zeroed(name))
        {
            long queue = Syscall(SYS_mq_open, (nint)zeroed, flags, (long)FileModes.OwnFile, size is null ? 0 : (nint)attributes, 0);
            return queue >= 0 ? new FileDescriptor((int)queue)
                : LastErrno() is Errno.EEXIST or Errno.ENOENT ? null : throw Failed($"cannot open the message queue {ByteStrings.Printable(name)}");
        }
    }

    /// <returns>0, or the errno.</returns>
    internal static int RemoveQueue(string name)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return Syscall(SYS_mq_unlink, (nint)zeroed, 0, 0, 0, 0) == 0 ? 0 : LastErrno();
        }
    }

    internal static QueueSize SizeOfQueue(FileDescriptor queue)
    {
        long* attributes = stackalloc long[8]; // struct mq_attr: flags, maxmsg, msgsize, curmsgs …
        return Syscall(SYS_mq_getsetattr, queue.Number, 0, (nint)attributes, 0, 0) == 0 ? new(attributes[1], attributes[2]) : throw Failed("mq_getsetattr");
    }

    /// <summary>Takes the next message.</summary>
    /// <param name="buffer">At least as large as a message can be.</param>
    /// <returns><see langword="null"/> when the queue is empty.</returns>
    internal static QueuedMessage? TryTakeMessage(FileDescriptor queue, byte[] buffer)
    {
        uint priority = 0;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long length = Syscall(SYS_mq_timedreceive, queue.Number, (nint)start, buffer.Length, (nint)(&priority), 0);
                if (length >= 0)
                {
                    return new QueuedMessage(priority, buffer[..(int)length]);
                }

                if (LastErrno() != Errno.EINTR)
                {
                    return LastErrno() == Errno.EAGAIN ? null : throw Failed("mq_timedreceive");
                }
            }
        }
    }

    /// <exception cref="LinuxException">The queue does not take it.</exception>
    internal static void PutMessage(FileDescriptor queue, QueuedMessage message)
    {
        fixed (byte* start = message.Bytes)
        {
            while (Syscall(SYS_mq_timedsend, queue.Number, (nint)start, message.Bytes.Length, message.Priority, 0) != 0)
            {
                if (LastErrno() != Errno.EINTR)
                {
                    throw Failed("mq_timedsend");
                }
            }
        }
    }
}

/// <param name="Messages">How many messages the queue can hold.</param>
/// <param name="MessageBytes">How large a message can be.</param>
internal readonly record struct QueueSize(long Messages, long MessageBytes);

internal sealed record QueuedMessage(uint Priority, byte[] Bytes);
