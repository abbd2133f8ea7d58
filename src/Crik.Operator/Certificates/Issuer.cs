using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Operator.Certificates;

/// <summary>Makes authorities and certificates for the webhook.</summary>
internal static class Issuer
{
    /// <summary>How long an authority is valid.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(365);

    /// <summary>How long a certificate of the server is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>id-ecPublicKey (RFC 5480).</summary>
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>Certificates are valid a little before they are made, because clocks differ.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    /// <summary>So many older authorities stay. The bundle must not grow without end if something deletes the Secret again and again.</summary>
    private const int MostOlder = 5;

    /// <summary>
    /// Whether certificates can be signed with this authority: it is one as they are made here. Somebody may have put
    /// another one into the Secret, with an RSA key for example, or one that is valid for a century.
    /// </summary>
    public static bool CanUse(X509Certificate2 authority) =>
        authority.NotAfter - authority.NotBefore <= AuthorityLifetime + s_skew
        && authority.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority)
        && authority.Extensions.OfType<X509KeyUsageExtension>().Any(extension => extension.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
        && authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any()
        && authority.GetKeyAlgorithm() is EllipticCurve;

    /// <param name="before">The keys so far.</param>
    /// <param name="published">The authorities that the API server trusts, as PEM. Replicas may still show a certificate of one of them.</param>
    /// <returns>
    /// The keys with a new authority. Those before it stay beside it while they are valid, and the certificate of the server
    /// stays the same: empty if there was none.
    /// </returns>
    public static WebhookKeys WithNewAuthority(WebhookKeys? before, string? published, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN=crik webhook authority {now:yyyyMMddHHmmss}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using X509Certificate2 authority = request.CreateSelfSigned(now - s_skew, now + AuthorityLifetime);
        IEnumerable<string> older = WebhookKeys.Read(before?.Authorities ?? "").Concat(WebhookKeys.Read(published ?? ""))
            .Where(old => old.NotAfter.ToUniversalTime() > now.UtcDateTime).Select(old => old.ExportCertificatePem()).Distinct().Take(MostOlder);
        return new WebhookKeys(
            string.Join('\n', older.Prepend(authority.ExportCertificatePem())) + "\n", key.ExportPkcs8PrivateKeyPem(), before?.Certificate ?? "", before?.Key ?? "");
    }

    /// <returns>The keys with the current authority alone.</returns>
    public static WebhookKeys WithoutOlderAuthorities(WebhookKeys keys) => keys with { Authorities = keys.ReadAuthorities()[0].ExportCertificatePem() + "\n" };

    /// <param name="names">The DNS names of the server: those of its Service.</param>
    /// <returns>The keys with a new certificate of the server, signed by the current authority.</returns>
    public static WebhookKeys WithNewCertificate(WebhookKeys keys, IReadOnlyList<string> names, DateTimeOffset now)
    {
        X509Certificate2 current = keys.ReadAuthorities()[0];
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(current.ExportCertificatePem(), keys.AuthorityKey);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // TLS server
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset until = now + Lifetime < current.NotAfter ? now + Lifetime : current.NotAfter;
        DateTimeOffset from = now - s_skew > current.NotBefore ? now - s_skew : current.NotBefore;
        using X509Certificate2 certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(16));
        return keys with { Certificate = certificate.ExportCertificatePem() + "\n", Key = key.ExportPkcs8PrivateKeyPem() };
    }
}
