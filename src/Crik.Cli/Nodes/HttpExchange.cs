using System.Text;
using Crik.Init;
using Crik.Linux;

namespace Crik.Nodes;

/// <summary>What a server answered.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>No answer, or one that cannot be used; the message says why.</summary>
internal sealed class HttpException(string message) : Exception(message);

/// <summary>
/// One question and one answer over HTTP/1.1, on a connection of its own, within a deadline. It is not HttpClient, because
/// that needs a pool of threads, which come and go, for which an init with a checkpointed tree has neither room nor numbers.
/// </summary>
internal sealed class HttpExchange(HttpAddress address)
{
    /// <summary>An answer is a few hundred bytes; what sends more than this is not what was asked for.</summary>
    private const int MostBytes = 64 * 1024;

    private IReadOnlyList<SocketAddressBytes> _resolved = [];

    public HttpAddress Address => address;

    /// <param name="target">Path and query.</param>
    /// <param name="stop">Descriptor that ends the wait when it becomes readable; -1 for none.</param>
    /// <exception cref="HttpException">There is no usable answer.</exception>
    public HttpAnswer Ask(string method, string target, IReadOnlyList<(string Name, string Value)> headers, Deadline deadline, int stop = -1)
    {
        try
        {
            using FileDescriptor socket = Connect(deadline, stop);
            Send(socket, Request(method, target, headers), deadline, stop);
            return Receive(socket, deadline, stop);
        }
        catch (HttpException)
        {
            _resolved = []; // the server may have moved
            throw;
        }
    }

    private byte[] Request(string method, string target, IReadOnlyList<(string Name, string Value)> headers)
    {
        StringBuilder text = new();
        text.Append(method).Append(' ').Append(address.Prefix).Append(target).Append(" HTTP/1.1\r\nHost: ").Append(address.HostHeader)
            .Append("\r\nUser-Agent: crik/").Append(CrikVersion.Current).Append("\r\nAccept: */*\r\nConnection: close\r\nContent-Length: 0\r\n");
        foreach ((string name, string value) in headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

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
            FileDescriptor? socket = Libc.BeginConnect(candidate, out errno);
            if (socket is null)
            {
                continue;
            }

            Await(socket, Libc.POLLOUT, deadline, stop, "no connection");
            errno = Libc.SocketError(socket);
            if (errno == 0)
            {
                _resolved = candidates;
                return socket;
            }

            socket.Dispose();
        }

        throw new HttpException($"{address.HostHeader}: {Errno.Text(errno)}");
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

    /// <summary>Passes over what is only a reason to wait on.</summary>
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
                throw new HttpException("stopped");
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
