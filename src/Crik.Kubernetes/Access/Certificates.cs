using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Kubernetes.Access;

/// <summary>Makes certificates of PEM.</summary>
internal static class Certificates
{
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public static X509Certificate2Collection Authorities(string pem)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPem(pem);
        return authorities;
    }

    /// <exception cref="CryptographicException">The certificate or its key cannot be read.</exception>
    /// <exception cref="ArgumentException">The key is that of another certificate.</exception>
    public static X509Certificate2 Client(CertificatePem pem) => X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
}
