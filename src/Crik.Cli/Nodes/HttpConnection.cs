namespace Crik.Nodes;

/// <summary>A TCP connection that waits for no longer than until a deadline.</summary>
/// <param name="stop">A descriptor that ends the wait when it becomes readable; -1 for none.</param>
internal sealed class HttpConnection(FileDescriptor socket, string server, Deadline deadline, int stop) : IHttpConnection
{
    public void Dispose() => socket.Dispose();

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Await(Libc.POLLOUT, "the request was not taken");
            long count = Libc.TrySend(socket, bytes);
            bytes = bytes[(count >= 0 ? (int)count : Refuse((int)-count))..];
        }
    }

    public int Receive(Span<byte> buffer)
    {
        while (true)
        {
            Await(Libc.POLLIN, "no answer");
            long count = Libc.TryReceive(socket, buffer);
            if (count >= 0)
            {
                return (int)count;
            }

            Refuse((int)-count);
        }
    }

    /// <summary>Waits until the socket is ready.</summary>
    /// <param name="complaint">What to say when it is not in time.</param>
    /// <exception cref="HttpException">Time is up, or crik stopped waiting.</exception>
    public void Await(short events, string complaint)
    {
        Span<Libc.PollEntry> entries = [new() { Descriptor = socket.Number, Events = events }, new() { Descriptor = stop, Events = Libc.POLLIN }];
        while (!deadline.HasPassed) // also for a peer that never stops sending
        {
            Libc.Poll(entries, deadline.PollTimeout);
            if (entries[1].Returned != 0)
            {
                throw new HttpException("crik stopped waiting for the answer") { WasStopped = true };
            }

            if (entries[0].Returned != 0)
            {
                return;
            }
        }

        throw new HttpException($"{server}: {complaint} in time");
    }

    /// <returns>0 for an errno that only means that crik has to wait longer.</returns>
    private int Refuse(int errno) => errno is Errno.EAGAIN or Errno.EINTR ? 0 : throw new HttpException($"{server}: {Errno.Text(errno)}");
}
