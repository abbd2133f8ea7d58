using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// The client's side of one TLS connection. It does not touch the socket: its user sends <see cref="TakeOutgoing"/> and hands what
/// arrives to <see cref="AddIncoming"/>, so that all waiting is the user's.
/// </summary>
internal sealed unsafe class TlsSession : IDisposable
{
    private const uint GNUTLS_CLIENT = 1 << 1;
    private const uint GNUTLS_NONBLOCK = 1 << 3;
    private const int GNUTLS_X509_FMT_PEM = 1;
    private const int GNUTLS_CRD_CERTIFICATE = 1;
    private const int GNUTLS_CRT_X509 = 1;
    private const int GNUTLS_NAME_DNS = 1;
    private const int GNUTLS_E_AGAIN = -28;
    private const int GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR = -348;

    /// <summary>The longest name in the DNS (RFC 1035, section 2.3.4).</summary>
    private const int LongestName = 253;

    /// <summary>Takes older versions away, and brings back none that a policy of the image forbids.</summary>
    private static ReadOnlySpan<byte> NotBeforeTls12 => "-VERS-TLS1.1:-VERS-TLS1.0\0"u8;

    private readonly GnuTls _tls;
    private readonly List<byte> _outgoing = [];
    private readonly List<byte> _incoming = [];
    private GCHandle _self;
    private nint _name;
    private nint _credentials;
    private nint _session;

    /// <summary>GnuTLS wanted more than has arrived. It also says "again" after a message of TLS itself, when more may be here already.</summary>
    private bool _wantsMore;

    /// <param name="host">The name or the address that the server's certificate must have.</param>
    /// <param name="caFile">The authorities to trust, in PEM; <see langword="null"/> for those of the image.</param>
    /// <exception cref="TlsException">The file holds no authority, or no certificate can have that name.</exception>
    public TlsSession(GnuTls tls, string host, string? caFile)
    {
        _tls = tls;
        host = host.TrimEnd('.'); // the dot of a complete name is in no certificate
        if (host.Length is 0 or > LongestName)
        {
            throw new TlsException($"no certificate can be for the host name '{host}'");
        }

        try
        {
            fixed (nint* credentials = &_credentials, session = &_session)
            {
                Check(_tls.AllocateCredentials(credentials));
                Trust(caFile);
                Check(_tls.Init(session, GNUTLS_CLIENT | GNUTLS_NONBLOCK));
            }

            fixed (byte* versions = NotBeforeTls12)
            {
                Check(_tls.SetUsualPriorityAnd(_session, versions, 0, 0));
            }

            Check(_tls.SetCredentials(_session, GNUTLS_CRD_CERTIFICATE, _credentials));
            Expect(host);
        }
        catch
        {
            Dispose();
            throw;
        }

        _self = GCHandle.Alloc(this);
        _tls.SetTransport(_session, GCHandle.ToIntPtr(_self));
        _tls.SetPush(_session, &Push);
        _tls.SetPull(_session, &Pull);
    }

    /// <returns>Whether the connection is made. When not, GnuTLS needs more of what the server sends.</returns>
    /// <exception cref="TlsException">The server's certificate is not good, or it does not speak TLS as it should.</exception>
    public bool Connect() => Repeat(() => _tls.Handshake(_session)) is not null;

    /// <returns>The number of bytes, 0 when the server has ended the connection, and <see langword="null"/> when more must arrive first.</returns>
    /// <exception cref="TlsException">The connection is broken.</exception>
    public int? Read(Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            (nint start, int length) = ((nint)bytes, buffer.Length);
            return Repeat(() => (int)_tls.Receive(_session, (byte*)start, length));
        }
    }

    /// <summary>Encrypts the bytes, all of them at once, because the buffer grows.</summary>
    /// <exception cref="TlsException">The connection is broken.</exception>
    public void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            for (int done = 0; done < buffer.Length;) // a record of TLS has at most 16 KiB
            {
                (nint start, int length) = ((nint)bytes + done, buffer.Length - done);
                done += Repeat(() => (int)_tls.Send(_session, (byte*)start, length)) ?? throw new TlsException("TLS failed: it did not take what crik sends");
            }
        }
    }

    public void AddIncoming(ReadOnlySpan<byte> received) => _incoming.AddRange(received);

    /// <returns>What has to be sent to the server now.</returns>
    public byte[] TakeOutgoing()
    {
        byte[] taken = [.. _outgoing];
        _outgoing.Clear();
        return taken;
    }

    public void Dispose()
    {
        if (_session != 0)
        {
            _tls.Free(_session);
        }

        if (_credentials != 0)
        {
            _tls.FreeCredentials(_credentials);
        }

        if (_self.IsAllocated)
        {
            _self.Free();
        }

        Marshal.FreeHGlobal(_name);
        (_session, _credentials, _name) = (0, 0, 0);
    }

    [UnmanagedCallersOnly]
    private static nint Push(nint self, byte* bytes, nint length)
    {
        Of(self)._outgoing.AddRange(new ReadOnlySpan<byte>(bytes, (int)length));
        return length;
    }

    [UnmanagedCallersOnly]
    private static nint Pull(nint self, byte* bytes, nint length)
    {
        TlsSession session = Of(self);
        int count = (int)Math.Min(length, session._incoming.Count);
        if (count == 0)
        {
            session._wantsMore = true;
            session._tls.SetErrno(session._session, Errno.EAGAIN);
            return -1;
        }

        CollectionsMarshal.AsSpan(session._incoming)[..count].CopyTo(new Span<byte>(bytes, count));
        session._incoming.RemoveRange(0, count);
        return count;
    }

    private static TlsSession Of(nint self) => (TlsSession)GCHandle.FromIntPtr(self).Target!;

    private void Trust(string? caFile)
    {
        if (caFile is null)
        {
            _ = _tls.TrustUsual(_credentials); // without any authority, no certificate is good
            return;
        }

        fixed (byte* file = Encoding.UTF8.GetBytes(caFile + '\0'))
        {
            if (_tls.TrustFile(_credentials, file, GNUTLS_X509_FMT_PEM) <= 0)
            {
                throw new TlsException($"{caFile} {(File.Exists(caFile) ? "cannot be read or holds no certificate in PEM" : "does not exist")}");
            }
        }
    }

    /// <summary>GnuTLS compares a text that is an address with the addresses of the certificate, and keeps the pointer to it.</summary>
    private void Expect(string host)
    {
        _name = Marshal.StringToHGlobalAnsi(host);
        _tls.Expect(_session, (byte*)_name, 0);
        bool isAddress = host.Contains(':') || host.All(letter => letter == '.' || char.IsAsciiDigit(letter));
        if (!isAddress && _tls.SetServerName(_session, GNUTLS_NAME_DNS, (byte*)_name, Encoding.UTF8.GetByteCount(host)) < 0) // RFC 6066, section 3
        {
            throw new TlsException($"no certificate can be for the host name '{host}'");
        }
    }

    /// <returns>What the call returned; <see langword="null"/> when more must arrive first.</returns>
    private int? Repeat(Func<int> call)
    {
        while (true)
        {
            _wantsMore = false;
            int result = call();
            switch (result)
            {
                case >= 0:
                    return result;
                case GNUTLS_E_AGAIN when _wantsMore:
                    return null;
                case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
                    throw new TlsException($"its certificate is not good: {VerifyText()}");
                default:
                    Check(_tls.IsFatal(result) == 0 ? 0 : result); // the others are messages of TLS that change nothing here
                    break;
            }
        }
    }

    /// <summary>Whole sentences in English, of which the first only says that the certificate is not good.</summary>
    private string VerifyText()
    {
        const string Known = "The certificate is NOT trusted. ";
        GnuTls.Datum text;
        if (_tls.VerifyText(_tls.VerifyStatus(_session), GNUTLS_CRT_X509, &text, 0) < 0)
        {
            return "no reason";
        }

        string said = Encoding.UTF8.GetString(text.Data, (int)text.Size).TrimEnd('\0', ' ', '.');
        NativeMemory.Free(text.Data);
        return said.StartsWith(Known, StringComparison.Ordinal) ? said[Known.Length..] : said;
    }

    private void Check(int result)
    {
        if (result < 0)
        {
            throw new TlsException($"TLS failed: {Marshal.PtrToStringUTF8(_tls.ErrorText(result)) ?? "no reason"}");
        }
    }
}
