namespace Crik.Nodes;

/// <summary>Speaks TLS over another connection, which does all the waiting.</summary>
internal sealed class TlsConnection : IHttpConnection
{
    private readonly IHttpConnection _inner;
    private readonly TlsSession _session;
    private readonly byte[] _received = new byte[4096];

    /// <param name="inner">Belongs to the new connection, also when that cannot be made.</param>
    /// <exception cref="TlsException">The server does not prove who it is.</exception>
    /// <exception cref="HttpException">It does not answer in time.</exception>
    public TlsConnection(IHttpConnection inner, TlsSession session)
    {
        (_inner, _session) = (inner, session);
        try
        {
            while (!_session.Connect())
            {
                Exchange();
            }

            _inner.Send(_session.TakeOutgoing());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _session.Write(bytes);
        _inner.Send(_session.TakeOutgoing());
    }

    public int Receive(Span<byte> buffer)
    {
        while (true)
        {
            if (_session.Read(buffer) is { } count)
            {
                return count;
            }

            Exchange();
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _inner.Dispose();
    }

    /// <summary>An end that TLS has not announced may be an attacker's, who cuts the answer off (RFC 8446, section 6.1).</summary>
    private void Exchange()
    {
        _inner.Send(_session.TakeOutgoing());
        int count = _inner.Receive(_received);
        _session.AddIncoming(count > 0 ? _received.AsSpan(0, count) : throw new TlsException("the server closed the connection in the middle of TLS"));
    }
}
