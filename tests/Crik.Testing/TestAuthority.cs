using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Testing;

/// <summary>A certificate authority that a test makes for itself.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        _certificate = Request().CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    /// <param name="above">The authority that signs this one, which makes this an intermediate one.</param>
    public TestAuthority(TestAuthority above)
    {
        using X509Certificate2 signed = Request().Create(above._certificate, DateTimeOffset.UtcNow.AddMonths(-11), DateTimeOffset.UtcNow.AddMonths(11), [1]);
        _certificate = signed.CopyWithPrivateKey(_key);
    }

    /// <summary>The authority's own certificate.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <param name="name">The name or the IP address of the server.</param>
    /// <param name="until">When the certificate expires; by default in an hour.</param>
    /// <returns>The certificate and its key.</returns>
    public (string Certificate, string Key) Issue(string name, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=a server", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued =
            request.Create(_certificate, DateTimeOffset.UtcNow.AddMonths(-6), until ?? DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private CertificateRequest Request()
    {
        CertificateRequest request = new($"CN=test authority {Guid.NewGuid()}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request;
    }
}
