namespace Crik.Nodes;

/// <summary>
/// Asks a server one question over HTTP/1.1, on a new connection, and waits for the answer until a deadline. HttpClient cannot
/// do this here: it starts threads whenever it likes, and a new thread may take a PID that a restored program needs.
/// </summary>
internal sealed class HttpExchange(HttpAddress address)
{
    /// <summary>Answers have a few hundred bytes. Whoever sends more than this is not the server that crik means.</summary>
    private const int MostBytes = 64 * 1024;

    /// <summary>A Date header has whole seconds, and an answer may be on its way for some.</summary>
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>The addresses that worked last. They are looked up again after a failure, since the server may have moved.</summary>
    private IReadOnlyList<SocketAddressBytes> _resolved = [];

    /// <summary>Whether the last answer had a Date header that agrees with this machine's clock.</summary>
    public bool ClocksAgree { get; private set; }

    /// <param name="target">The path and the query.</param>
    /// <param name="stop">A descriptor that ends the wait when it becomes readable; -1 for none.</param>
    /// <exception cref="HttpException">There is no usable answer. No other exception leaves this method.</exception>
    public HttpAnswer Ask(string method, string target, IReadOnlyList<(string Name, string Value)> headers, Deadline deadline, int stop = -1)
    {
        try
        {
            using FileDescriptor socket = Connect(deadline, stop);
            Send(socket, Request(method, target, headers), deadline, stop);
            HttpAnswer answer = Receive(socket, deadline, stop);
            ClocksAgree = (answer.Date - DateTimeOffset.UtcNow)?.Duration() <= s_clockTolerance;
            return answer;
        }
        catch (HttpException exception)
        {
            _resolved = exception.WasStopped ? _resolved : [];
            throw;
        }
        catch (LinuxException exception)
        {
            throw new HttpException($"{address.HostHeader}: {exception.Message}");
        }
    }

    private byte[] Request(string method, string target, IReadOnlyList<(string Name, string Value)> headers) => Encoding.ASCII.GetBytes(
        $"{method} {address.Prefix}{target} HTTP/1.1\r\nHost: {address.HostHeader}\r\nUser-Agent: crik/{CrikVersion.Current}\r\n"
        + "Accept: */*\r\nConnection: close\r\nContent-Length: 0\r\n"
        + string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n")) + "\r\n");

    private FileDescriptor Connect(Deadline deadline, int stop)
    {
        string? problem = null;
        IReadOnlyList<SocketAddressBytes> candidates = _resolved.Count > 0 ? _resolved : Libc.FindAddresses(address.Host, address.Port, out problem);
        if (candidates.Count == 0)
        {
            throw new HttpException($"{address.Host}: {problem}");
        }

        int errno = 0;
        foreach (SocketAddressBytes candidate in candidates)
        {
            if (TryConnect(candidate, deadline, stop, out errno) is { } socket)
            {
                _resolved = candidates;
                return socket;
            }
        }

        throw new HttpException($"{address.HostHeader}: {Errno.Text(errno)}");
    }

    /// <returns><see langword="null"/> with the errno when the server cannot be reached at this address.</returns>
    private FileDescriptor? TryConnect(SocketAddressBytes candidate, Deadline deadline, int stop, out int errno)
    {
        FileDescriptor? socket = Libc.BeginConnect(candidate, out errno);
        if (socket is null)
        {
            return null;
        }

        bool isConnected = false;
        try
        {
            Await(socket, Libc.POLLOUT, deadline, stop, "no connection");
            errno = Libc.SocketError(socket);
            isConnected = errno == 0;
            return isConnected ? socket : null;
        }
        finally
        {
            if (!isConnected)
            {
                socket.Dispose(); // also when time was up: otherwise each attempt would use up a descriptor
            }
        }
    }

    private void Send(FileDescriptor socket, byte[] request, Deadline deadline, int stop)
    {
        int sent = 0;
        while (sent < request.Length)
        {
            Await(socket, Libc.POLLOUT, deadline, stop, "the request was not taken");
            long count = Libc.TrySend(socket, request.AsSpan(sent));
            sent += count >= 0 ? (int)count : Refuse((int)-count);
        }
    }

    private HttpAnswer Receive(FileDescriptor socket, Deadline deadline, int stop)
    {
        HttpAnswerReader reader = new(MostBytes);
        byte[] buffer = new byte[4096];
        while (true)
        {
            Await(socket, Libc.POLLIN, deadline, stop, "no answer");
            long count = Libc.TryReceive(socket, buffer);
            if (count < 0)
            {
                Refuse((int)-count);
            }
            else if (reader.Add(buffer.AsSpan(0, (int)count)) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <returns>0 for an errno that only means that crik has to wait longer.</returns>
    private int Refuse(int errno) =>
        errno is Errno.EAGAIN or Errno.EINTR ? 0 : throw new HttpException($"{address.HostHeader}: {Errno.Text(errno)}");

    private void Await(FileDescriptor socket, short events, Deadline deadline, int stop, string complaint)
    {
        Span<Libc.PollEntry> entries = [new() { Descriptor = socket.Number, Events = events }, new() { Descriptor = stop, Events = Libc.POLLIN }];
        do
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
        while (!deadline.HasPassed);

        throw new HttpException($"{address.HostHeader}: {complaint} in time");
    }
}
