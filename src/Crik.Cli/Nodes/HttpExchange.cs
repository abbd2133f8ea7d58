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

    private GnuTls? _tls;

    /// <summary>Whether the last answer had a Date header that agrees with this machine's clock.</summary>
    public bool ClocksAgree { get; private set; }

    /// <param name="target">The path and the query.</param>
    /// <param name="stop">A descriptor that ends the wait when it becomes readable; -1 for none.</param>
    /// <exception cref="HttpException">There is no usable answer. No other exception leaves this method.</exception>
    public HttpAnswer Ask(string method, string target, IReadOnlyList<(string Name, string Value)> headers, Deadline deadline, int stop = -1)
    {
        try
        {
            using IHttpConnection connection = Open(deadline, stop);
            connection.Send(Request(method, target, headers));
            HttpAnswer answer = Receive(connection);
            ClocksAgree = (answer.Date - DateTimeOffset.UtcNow)?.Duration() <= s_clockTolerance;
            return answer;
        }
        catch (HttpException exception)
        {
            if (!exception.WasStopped)
            {
                Forget();
            }

            throw;
        }
        catch (Exception exception) when (exception is LinuxException or TlsException)
        {
            Forget();
            throw new HttpException($"{address.HostHeader}: {exception.Message}");
        }
    }

    /// <summary>Looks the address up again for the next question: another server may have the one that answered last.</summary>
    public void Forget() => _resolved = [];

    private IHttpConnection Open(Deadline deadline, int stop)
    {
        if (!address.IsTls)
        {
            return Connect(deadline, stop);
        }

        _tls ??= GnuTls.Load(GnuTls.Name);
        TlsSession session = new(_tls, address.Host, address.CaFile);
        try
        {
            return new TlsConnection(Connect(deadline, stop), session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private byte[] Request(string method, string target, IReadOnlyList<(string Name, string Value)> headers) => Encoding.ASCII.GetBytes(
        $"{method} {address.Prefix}{target} HTTP/1.1\r\nHost: {address.HostHeader}\r\nUser-Agent: crik/{CrikVersion.Current}\r\n"
        + "Accept: */*\r\nConnection: close\r\nContent-Length: 0\r\n"
        + string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n")) + "\r\n");

    private HttpConnection Connect(Deadline deadline, int stop)
    {
        string? problem = null;
        IReadOnlyList<SocketAddressBytes> candidates = _resolved.Count > 0 ? _resolved : address.Lookup(address.Host, address.Port, out problem);
        if (candidates.Count == 0)
        {
            throw new HttpException($"{address.Host}: {problem}");
        }

        int errno = 0;
        foreach (SocketAddressBytes candidate in candidates)
        {
            if (TryConnect(candidate, deadline, stop, out errno) is { } connection)
            {
                _resolved = candidates;
                return connection;
            }
        }

        throw new HttpException($"{address.HostHeader}: {Errno.Text(errno)}");
    }

    /// <returns><see langword="null"/> with the errno when the server cannot be reached at this address.</returns>
    private HttpConnection? TryConnect(SocketAddressBytes candidate, Deadline deadline, int stop, out int errno)
    {
        FileDescriptor? socket = Libc.BeginConnect(candidate, out errno);
        if (socket is null)
        {
            return null;
        }

        bool isConnected = false;
        HttpConnection connection = new(socket, address.HostHeader, deadline, stop);
        try
        {
            connection.Await(Libc.POLLOUT, "no connection");
            errno = Libc.SocketError(socket);
            isConnected = errno == 0;
            return isConnected ? connection : null;
        }
        finally
        {
            if (!isConnected)
            {
                connection.Dispose(); // also when time was up: otherwise each attempt would use up a descriptor
            }
        }
    }

    private static HttpAnswer Receive(IHttpConnection connection)
    {
        HttpAnswerReader reader = new(MostBytes);
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = connection.Receive(buffer);
            if (reader.Add(buffer.AsSpan(0, count)) is { } answer)
            {
                return answer;
            }
        }
    }
}
