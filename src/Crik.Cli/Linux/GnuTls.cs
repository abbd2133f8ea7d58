using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// GnuTLS, which crik loads when it has to speak TLS (docs/design/0029-tls.md). criu needs it too, so it is where criu is. GnuTLS 3.6.3 and
/// newer have these functions. They start no thread and touch no socket.
/// </summary>
internal sealed unsafe class GnuTls
{
    /// <summary>The name of the library since version 3.0.</summary>
    public const string Name = "libgnutls.so.30";

    private readonly nint _library;

    private GnuTls(nint library)
    {
        _library = library;
        AllocateCredentials = (delegate* unmanaged<nint*, int>)Find("gnutls_certificate_allocate_credentials");
        FreeCredentials = (delegate* unmanaged<nint, void>)Find("gnutls_certificate_free_credentials");
        TrustFile = (delegate* unmanaged<nint, byte*, int, int>)Find("gnutls_certificate_set_x509_trust_file");
        TrustUsual = (delegate* unmanaged<nint, int>)Find("gnutls_certificate_set_x509_system_trust");
        Init = (delegate* unmanaged<nint*, uint, int>)Find("gnutls_init");
        Free = (delegate* unmanaged<nint, void>)Find("gnutls_deinit");
        SetUsualPriorityAnd = (delegate* unmanaged<nint, byte*, nint, uint, int>)Find("gnutls_set_default_priority_append");
        SetCredentials = (delegate* unmanaged<nint, int, nint, int>)Find("gnutls_credentials_set");
        SetServerName = (delegate* unmanaged<nint, int, byte*, nint, int>)Find("gnutls_server_name_set");
        Expect = (delegate* unmanaged<nint, byte*, uint, void>)Find("gnutls_session_set_verify_cert");
        SetTransport = (delegate* unmanaged<nint, nint, void>)Find("gnutls_transport_set_ptr");
        SetPush = (delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint>, void>)Find("gnutls_transport_set_push_function");
        SetPull = (delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint>, void>)Find("gnutls_transport_set_pull_function");
        SetErrno = (delegate* unmanaged<nint, int, void>)Find("gnutls_transport_set_errno");
        Handshake = (delegate* unmanaged<nint, int>)Find("gnutls_handshake");
        Receive = (delegate* unmanaged<nint, byte*, nint, nint>)Find("gnutls_record_recv");
        Send = (delegate* unmanaged<nint, byte*, nint, nint>)Find("gnutls_record_send");
        IsFatal = (delegate* unmanaged<int, int>)Find("gnutls_error_is_fatal");
        ErrorText = (delegate* unmanaged<int, nint>)Find("gnutls_strerror");
        VerifyStatus = (delegate* unmanaged<nint, uint>)Find("gnutls_session_get_verify_cert_status");
        VerifyText = (delegate* unmanaged<uint, int, Datum*, uint, int>)Find("gnutls_certificate_verification_status_print");

        // GnuTLS counts these calls, and its own at the load is one. At exit it gives one back, and frees its data when none is left, while
        // crik's thread may still use them (lib/global.c).
        ((delegate* unmanaged<int>)Find("gnutls_global_init"))();
    }

    internal readonly delegate* unmanaged<nint*, int> AllocateCredentials;
    internal readonly delegate* unmanaged<nint, void> FreeCredentials;
    internal readonly delegate* unmanaged<nint, byte*, int, int> TrustFile;
    internal readonly delegate* unmanaged<nint, int> TrustUsual;
    internal readonly delegate* unmanaged<nint*, uint, int> Init;
    internal readonly delegate* unmanaged<nint, void> Free;
    internal readonly delegate* unmanaged<nint, byte*, nint, uint, int> SetUsualPriorityAnd;
    internal readonly delegate* unmanaged<nint, int, nint, int> SetCredentials;
    internal readonly delegate* unmanaged<nint, int, byte*, nint, int> SetServerName;
    internal readonly delegate* unmanaged<nint, byte*, uint, void> Expect;
    internal readonly delegate* unmanaged<nint, nint, void> SetTransport;
    internal readonly delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint>, void> SetPush;
    internal readonly delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint>, void> SetPull;
    internal readonly delegate* unmanaged<nint, int, void> SetErrno;
    internal readonly delegate* unmanaged<nint, int> Handshake;
    internal readonly delegate* unmanaged<nint, byte*, nint, nint> Receive;
    internal readonly delegate* unmanaged<nint, byte*, nint, nint> Send;
    internal readonly delegate* unmanaged<int, int> IsFatal;
    internal readonly delegate* unmanaged<int, nint> ErrorText;
    internal readonly delegate* unmanaged<nint, uint> VerifyStatus;
    internal readonly delegate* unmanaged<uint, int, Datum*, uint, int> VerifyText;

    /// <exception cref="TlsException">The library is missing, or cannot be used.</exception>
    public static GnuTls Load(string name)
    {
        if (Libc.OpenLibrary(name, out string? problem) is not 0 and var library)
        {
            try
            {
                return new GnuTls(library);
            }
            catch (EntryPointNotFoundException exception)
            {
                throw new TlsException($"{name} of this image is not the GnuTLS that crik needs: {exception.Message}");
            }
        }

        throw new TlsException(problem?.Contains("No such file", StringComparison.Ordinal) == false
            ? $"GnuTLS of this image cannot be loaded: {problem}"
            : $"https needs GnuTLS in this image, which has no {name}; install the package libgnutls30t64, libgnutls30 or gnutls, or use crik's bundle");
    }

    private nint Find(string name) => NativeLibrary.GetExport(_library, name);

    /// <summary><c>gnutls_datum_t</c>. What a function wrote to it belongs to the caller, who frees it with free(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Datum
    {
        public byte* Data;
        public uint Size;
    }
}
