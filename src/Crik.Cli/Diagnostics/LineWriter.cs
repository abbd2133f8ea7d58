namespace Crik.Diagnostics;

/// <summary>
/// Writes lines to a pipe, terminal, socket or file without ever waiting for a reader. O_NONBLOCK cannot be set on the descriptor itself:
/// it belongs to the open file description, which the program shares.
/// </summary>
internal sealed class LineWriter
{
    /// <summary>PIPE_BUF: the kernel writes up to this many bytes to a pipe as a whole or not at all (pipe(7)).</summary>
    private const int Atomic = 4096;

    /// <summary>How long a thread that may wait does so for room.</summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly int _descriptor;
    private readonly Func<LineFormat> _format;
    private readonly Way _way;
    private readonly FileDescriptor? _reopened;
    private long _dropped;
    private long _droppedInTotal;

    /// <param name="format">The format of this log, which is configured after its first line could come.</param>
    public LineWriter(int descriptor, Func<LineFormat> format)
    {
        (_descriptor, _format) = (descriptor, format);
        FileStatus? file = Libc.TryStatus(descriptor);
        _way = file is null or { IsRegular: true } ? Way.Plain : file is { IsSocket: true } ? Way.Socket : Way.Reopened;
        if (_way == Way.Reopened)
        {
            // This fails for a pipe of another user, and for a pipe that no process reads.
            _reopened = Libc.TryOpen($"/proc/self/fd/{descriptor}", Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_APPEND, 0, out _);
            _way = _reopened is not null ? Way.Reopened : file is { IsFifo: true } ? Way.Pipe : Way.Plain;
        }
    }

    /// <summary>
    /// Writes to standard error. The program usually shares that pipe, and perhaps no process reads it. So a line that does not fit into the
    /// pipe is dropped and counted, and the count is logged before the next line that fits.
    /// </summary>
    public static LineWriter StandardError { get; } = new(descriptor: 2, () => Log.Format);

    /// <summary>How many lines were dropped since crik began. Any thread may ask.</summary>
    public long DroppedInTotal => Interlocked.Read(ref _droppedInTotal);

    private enum Way
    {
        /// <summary>A regular file or a device. A write waits only for the disk.</summary>
        Plain,

        /// <summary>A pipe or terminal, opened a second time with O_NONBLOCK.</summary>
        Reopened,

        /// <summary>A pipe that could not be opened again.</summary>
        Pipe,

        Socket,
    }

    /// <param name="mayWait">The thread may wait a moment for room, or for the disk when the descriptor is a regular file.</param>
    public void Write(ReadOnlySpan<byte> lines, bool mayWait)
    {
        long dropped = Interlocked.Exchange(ref _dropped, 0);
        if (dropped > 0 && !TryWriteCount(dropped, mayWait))
        {
            NoteDropped(dropped);
            return;
        }

        while (lines.Length > 0)
        {
            int length = Math.Min(lines.Length, Atomic);
            if (!TryWriteChunk(lines[..length], mayWait))
            {
                NoteDropped(before: 0);
                return;
            }

            lines = lines[length..];
        }
    }

    private void NoteDropped(long before)
    {
        Interlocked.Add(ref _dropped, before + 1);
        Interlocked.Increment(ref _droppedInTotal);
    }

    /// <summary>Allocates nothing, because the init may not wait for a collection.</summary>
    private bool TryWriteCount(long dropped, bool mayWait)
    {
        Span<byte> line = stackalloc byte[256];
        return TryWriteChunk(line[.._format().WriteDropped(dropped, line)], mayWait);
    }

    private bool TryWriteChunk(ReadOnlySpan<byte> chunk, bool mayWait)
    {
        nint written;
        do
        {
            written = _way switch
            {
                Way.Socket => Libc.SendOnce(_descriptor, chunk),
                Way.Reopened => WriteReopened(chunk, mayWait),
                Way.Pipe => WriteToPipe(chunk, mayWait),
                _ => mayWait ? Libc.WriteOnce(_descriptor, chunk) : -Errno.EAGAIN,
            };
        }
        while (written == -Errno.EINTR);
        return written >= 0 || written is not (-Errno.EAGAIN); // any other error can be reported nowhere
    }

    /// <summary>Whoever reads standard error gets a moment to make room, unless a line was dropped before.</summary>
    private nint WriteReopened(ReadOnlySpan<byte> chunk, bool mayWait)
    {
        nint written = Libc.WriteOnce(_reopened!.Number, chunk);
        return written == -Errno.EAGAIN && mayWait && Volatile.Read(ref _dropped) == 0 && Libc.HasRoom(_descriptor, s_moment)
            ? Libc.WriteOnce(_reopened.Number, chunk)
            : written;
    }

    private nint WriteToPipe(ReadOnlySpan<byte> chunk, bool mayWait)
    {
        nint written = Libc.WriteWithoutWaiting(_descriptor, chunk);
        return written is not (-Errno.EOPNOTSUPP or -Errno.ENOSYS or -Errno.EINVAL) ? written
            : mayWait && Libc.HasRoom(_descriptor) ? Libc.WriteOnce(_descriptor, chunk) // a writer in between could fill it; only this thread would wait
            : -Errno.EAGAIN;
    }
}
