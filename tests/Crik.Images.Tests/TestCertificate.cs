using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Images.Tests;

/// <summary>A certificate with an RSA key, as cert-manager or `openssl req -x509` makes it, and the key in PEM format.</summary>
internal sealed record TestCertificate(string Certificate, string Key)
{
    public static TestCertificate Rsa(int bits = 2048)
    {
        using RSA key = RSA.Create(bits);
        return Of(new CertificateRequest("CN=a reader", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key);
    }

    public static TestCertificate EllipticCurve()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(new CertificateRequest("CN=a reader", key, HashAlgorithmName.SHA256), key);
    }

    private static TestCertificate Of(CertificateRequest request, AsymmetricAlgorithm key)
    {
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new TestCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
