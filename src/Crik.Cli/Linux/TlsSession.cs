using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// The client's side of one TLS connection. It does not touch the socket: its user sends <see cref="TakeOutgoing"/> and hands what
/// arrives to <see cref="AddIncoming"/>, so that all waiting is the user's.
/// </summary>
internal sealed unsafe class TlsSession : IDisposable
{
    private const int SSL_VERIFY_PEER = 1;
    private const int SSL_ERROR_WANT_READ = 2;
    private const int SSL_ERROR_ZERO_RETURN = 6;
    private const int SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
    private const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    private const int SSL_CTRL_GET_MIN_PROTO_VERSION = 130;
    private const int TLS1_2_VERSION = 0x0303;

    /// <summary>An authority of the file is trusted also if another one has signed it.</summary>
    private const int X509_V_FLAG_PARTIAL_CHAIN = 0x80000;

    private readonly OpenSsl _ssl;
    private readonly nint _incoming;
    private readonly nint _outgoing;
    private nint _context;
    private nint _session;

    /// <param name="host">The name or the address that the server's certificate must have.</param>
    /// <param name="caFile">The authorities to trust, in PEM; <see langword="null"/> for those of the image.</param>
    /// <exception cref="TlsException">The file holds no authority, or no certificate can have that name.</exception>
    public TlsSession(OpenSsl ssl, string host, string? caFile)
    {
        _ssl = ssl;
        _ssl.ClearErrors();
        _context = Made(_ssl.NewContext(_ssl.ClientMethod()));
        if (_ssl.ControlContext(_context, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, null) < TLS1_2_VERSION) // the image's openssl.cnf may want more
        {
            _ssl.ControlContext(_context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, null);
        }

        _ssl.SetVerify(_context, SSL_VERIFY_PEER, 0);
        try
        {
            Trust(caFile);
            _session = Made(_ssl.New(_context));
            _ssl.SetFlags(_ssl.Parameters(_session), caFile is null ? 0u : X509_V_FLAG_PARTIAL_CHAIN);
            Expect(host.TrimEnd('.')); // the dot of a complete name is in no certificate
        }
        catch
        {
            Dispose();
            throw;
        }

        (_incoming, _outgoing) = (_ssl.NewBuffer(_ssl.Memory()), _ssl.NewBuffer(_ssl.Memory()));
        _ssl.SetBuffers(_session, _incoming, _outgoing); // which now belong to the session
    }

    /// <returns>Whether the connection is made. When not, OpenSSL needs more of what the server sends.</returns>
    /// <exception cref="TlsException">The server's certificate is not good, or it does not speak TLS as it should.</exception>
    public bool Connect()
    {
        _ssl.ClearErrors();
        return Completed(_ssl.Connect(_session)) is not null;
    }

    /// <returns>The number of bytes, 0 when the server has ended the connection, and <see langword="null"/> when more must arrive first.</returns>
    /// <exception cref="TlsException">The connection is broken.</exception>
    public int? Read(Span<byte> buffer)
    {
        _ssl.ClearErrors();
        fixed (byte* bytes = buffer)
        {
            return Completed(_ssl.Read(_session, bytes, buffer.Length));
        }
    }

    /// <summary>Encrypts the bytes, all of them at once, because the buffer grows.</summary>
    public void Write(ReadOnlySpan<byte> buffer)
    {
        _ssl.ClearErrors();
        fixed (byte* bytes = buffer)
        {
            Completed(_ssl.Write(_session, bytes, buffer.Length));
        }
    }

    public void AddIncoming(ReadOnlySpan<byte> received)
    {
        fixed (byte* bytes = received)
        {
            _ssl.WriteBuffer(_incoming, bytes, received.Length);
        }
    }

    /// <returns>What has to be sent to the server now.</returns>
    public byte[] TakeOutgoing()
    {
        byte[] taken = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count;
            fixed (byte* bytes = buffer)
            {
                count = _ssl.ReadBuffer(_outgoing, bytes, buffer.Length);
            }

            if (count <= 0)
            {
                return taken;
            }

            taken = [.. taken, .. buffer.AsSpan(0, count)];
        }
    }

    public void Dispose()
    {
        if (_session != 0)
        {
            _ssl.Free(_session);
        }

        if (_context != 0)
        {
            _ssl.FreeContext(_context);
        }

        (_session, _context) = (0, 0);
    }

    private void Trust(string? caFile)
    {
        if (caFile is null)
        {
            _ssl.LoadUsualAuthorities(_context);
            return;
        }

        fixed (byte* file = Encoding.UTF8.GetBytes(caFile + '\0'))
        {
            if (_ssl.LoadAuthorities(_context, file, 0) != 1)
            {
                throw new TlsException($"{caFile} {(File.Exists(caFile) ? "cannot be read or holds no certificate in PEM" : "does not exist")}");
            }
        }
    }

    /// <summary>An address is not sent as the server's name (RFC 6066, section 3).</summary>
    private void Expect(string host)
    {
        fixed (byte* name = Encoding.ASCII.GetBytes(host + '\0'))
        {
            if (_ssl.SetAddress(_ssl.Parameters(_session), name) != 1
                && (_ssl.SetHost(_session, name) != 1 || _ssl.Control(_session, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name) != 1))
            {
                throw new TlsException($"no certificate can be for the host name '{host}'");
            }
        }

        _ssl.ClearErrors();
    }

    private int? Completed(int result)
    {
        if (result > 0)
        {
            return result;
        }

        return _ssl.GetError(_session, result) switch
        {
            SSL_ERROR_WANT_READ => null,
            SSL_ERROR_ZERO_RETURN => 0,
            _ => throw new TlsException(_ssl.VerifyResult(_session) is not 0 and var problem
                ? $"its certificate is not good: {Marshal.PtrToStringUTF8(_ssl.VerifyText(problem))}"
                : $"TLS failed: {LastError()}"),
        };
    }

    private nint Made(nint pointer) => pointer != 0 ? pointer : throw new TlsException($"OpenSSL cannot be used: {LastError()}");

    private string LastError() => Marshal.PtrToStringUTF8(_ssl.ErrorText(_ssl.LastError())) ?? "no reason";
}
