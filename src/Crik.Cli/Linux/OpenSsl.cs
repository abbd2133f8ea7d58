using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>
/// The image's OpenSSL, which crik loads when it has to speak TLS (docs/design/0029-tls.md). These are the functions that OpenSSL 1.1 and 3
/// both have under these names. They start no thread and touch no socket.
/// </summary>
internal sealed unsafe class OpenSsl
{
    /// <summary>Without it, exit(3) would free OpenSSL's data while crik's thread still uses them (OPENSSL_init_crypto(3)).</summary>
    private const ulong OPENSSL_INIT_NO_ATEXIT = 0x00080000;

    private readonly nint _library;

    private OpenSsl(nint library)
    {
        _library = library;
        InitSsl = (delegate* unmanaged<ulong, nint, int>)Find("OPENSSL_init_ssl");
        ClientMethod = (delegate* unmanaged<nint>)Find("TLS_client_method");
        NewContext = (delegate* unmanaged<nint, nint>)Find("SSL_CTX_new");
        FreeContext = (delegate* unmanaged<nint, void>)Find("SSL_CTX_free");
        ControlContext = (delegate* unmanaged<nint, int, nint, byte*, nint>)Find("SSL_CTX_ctrl");
        LoadAuthorities = (delegate* unmanaged<nint, byte*, nint, int>)Find("SSL_CTX_load_verify_locations");
        LoadUsualAuthorities = (delegate* unmanaged<nint, int>)Find("SSL_CTX_set_default_verify_paths");
        SetVerify = (delegate* unmanaged<nint, int, nint, void>)Find("SSL_CTX_set_verify");
        New = (delegate* unmanaged<nint, nint>)Find("SSL_new");
        Free = (delegate* unmanaged<nint, void>)Find("SSL_free");
        Control = (delegate* unmanaged<nint, int, nint, byte*, nint>)Find("SSL_ctrl");
        SetHost = (delegate* unmanaged<nint, byte*, int>)Find("SSL_set1_host");
        Parameters = (delegate* unmanaged<nint, nint>)Find("SSL_get0_param");
        SetFlags = (delegate* unmanaged<nint, nuint, int>)Find("X509_VERIFY_PARAM_set_flags");
        SetAddress = (delegate* unmanaged<nint, byte*, int>)Find("X509_VERIFY_PARAM_set1_ip_asc");
        SetBuffers = (delegate* unmanaged<nint, nint, nint, void>)Find("SSL_set_bio");
        Connect = (delegate* unmanaged<nint, int>)Find("SSL_connect");
        Read = (delegate* unmanaged<nint, byte*, int, int>)Find("SSL_read");
        Write = (delegate* unmanaged<nint, byte*, int, int>)Find("SSL_write");
        GetError = (delegate* unmanaged<nint, int, int>)Find("SSL_get_error");
        VerifyResult = (delegate* unmanaged<nint, nint>)Find("SSL_get_verify_result");
        VerifyText = (delegate* unmanaged<nint, nint>)Find("X509_verify_cert_error_string");
        NewBuffer = (delegate* unmanaged<nint, nint>)Find("BIO_new");
        Memory = (delegate* unmanaged<nint>)Find("BIO_s_mem");
        ReadBuffer = (delegate* unmanaged<nint, byte*, int, int>)Find("BIO_read");
        WriteBuffer = (delegate* unmanaged<nint, byte*, int, int>)Find("BIO_write");
        LastError = (delegate* unmanaged<nuint>)Find("ERR_peek_last_error");
        ClearErrors = (delegate* unmanaged<void>)Find("ERR_clear_error");
        ErrorText = (delegate* unmanaged<nuint, nint>)Find("ERR_reason_error_string");
        InitSsl(OPENSSL_INIT_NO_ATEXIT, 0);
    }

    /// <summary>The names under which images have it: OpenSSL 3, and 1.1 of older distributions.</summary>
    public static string[] Names { get; } = ["libssl.so.3", "libssl.so.1.1"];

    internal readonly delegate* unmanaged<ulong, nint, int> InitSsl;
    internal readonly delegate* unmanaged<nint> ClientMethod;
    internal readonly delegate* unmanaged<nint, nint> NewContext;
    internal readonly delegate* unmanaged<nint, void> FreeContext;
    internal readonly delegate* unmanaged<nint, int, nint, byte*, nint> ControlContext;
    internal readonly delegate* unmanaged<nint, byte*, nint, int> LoadAuthorities;
    internal readonly delegate* unmanaged<nint, int> LoadUsualAuthorities;
    internal readonly delegate* unmanaged<nint, int, nint, void> SetVerify;
    internal readonly delegate* unmanaged<nint, nint> New;
    internal readonly delegate* unmanaged<nint, void> Free;
    internal readonly delegate* unmanaged<nint, int, nint, byte*, nint> Control;
    internal readonly delegate* unmanaged<nint, byte*, int> SetHost;
    internal readonly delegate* unmanaged<nint, nint> Parameters;
    internal readonly delegate* unmanaged<nint, nuint, int> SetFlags;
    internal readonly delegate* unmanaged<nint, byte*, int> SetAddress;
    internal readonly delegate* unmanaged<nint, nint, nint, void> SetBuffers;
    internal readonly delegate* unmanaged<nint, int> Connect;
    internal readonly delegate* unmanaged<nint, byte*, int, int> Read;
    internal readonly delegate* unmanaged<nint, byte*, int, int> Write;
    internal readonly delegate* unmanaged<nint, int, int> GetError;
    internal readonly delegate* unmanaged<nint, nint> VerifyResult;
    internal readonly delegate* unmanaged<nint, nint> VerifyText;
    internal readonly delegate* unmanaged<nint, nint> NewBuffer;
    internal readonly delegate* unmanaged<nint> Memory;
    internal readonly delegate* unmanaged<nint, byte*, int, int> ReadBuffer;
    internal readonly delegate* unmanaged<nint, byte*, int, int> WriteBuffer;
    internal readonly delegate* unmanaged<nuint> LastError;
    internal readonly delegate* unmanaged<void> ClearErrors;
    internal readonly delegate* unmanaged<nuint, nint> ErrorText;

    /// <exception cref="TlsException">The image has none of the libraries, or one that cannot be used.</exception>
    public static OpenSsl Load(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (Libc.OpenLibrary(name, out string? problem) is not 0 and var library)
            {
                try
                {
                    return new OpenSsl(library);
                }
                catch (EntryPointNotFoundException exception)
                {
                    throw new TlsException($"{name} of this image is not the OpenSSL that crik needs: {exception.Message}");
                }
            }

            if (problem is not null && !problem.Contains("No such file", StringComparison.Ordinal))
            {
                throw new TlsException($"OpenSSL of this image cannot be loaded: {problem}");
            }
        }

        throw new TlsException($"https needs OpenSSL in this image, which has neither {string.Join(" nor ", names)}; install the package libssl3, openssl-libs or libssl1.1");
    }

    private nint Find(string name) => NativeLibrary.GetExport(_library, name); // also looks in libcrypto, on which libssl depends
}
