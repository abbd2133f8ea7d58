using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.StandIn;

/// <summary>An authority and the certificates that it issues, as a cluster has them.</summary>
public sealed class StandInCertificates : IDisposable
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_until = DateTimeOffset.UtcNow.AddDays(30);

    private StandInCertificates(X509Certificate2 authority, X509Certificate2 server) => (Authority, Server) = (authority, server);

    /// <param name="root">Issues the authority, which is then an intermediate one. Without it, the authority is a root.</param>
    /// <param name="until">When the server's certificate expires.</param>
    public StandInCertificates(X509Certificate2? root = null, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(root is null ? "CN=stand-in-authority" : "CN=stand-in-intermediate", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = root is null ? request.CreateSelfSigned(s_from, s_until) : Signed(request, root, key, s_until.AddMinutes(-1));
        Server = Issue("CN=kube-apiserver", names =>
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("kubernetes.default.svc");
        }, until);
    }

    public X509Certificate2 Authority { get; }

    public X509Certificate2 Server { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    public X509Certificate2 Issue(string subject, Action<SubjectAlternativeNameBuilder>? names = null, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        names?.Invoke(alternatives);
        if (names is not null)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        return Signed(request, Authority, key, until ?? s_until.AddMinutes(-2));
    }

    /// <summary>Copies the certificates, for an API server that is started again.</summary>
    public StandInCertificates Again() => new(Copy(Authority), Copy(Server));

    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }

    private static X509Certificate2 Signed(CertificateRequest request, X509Certificate2 issuer, ECDsa key, DateTimeOffset until)
    {
        using X509Certificate2 issued = request.Create(issuer, s_from, until, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return Copy(withKey); // the copy stays usable when these two are disposed of
    }

    private static X509Certificate2 Copy(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}
