using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Kubernetes.Api;

/// <summary>Checks the certificate of the API server against the authorities of the cluster, as Go programs do.</summary>
internal static class ServerTrust
{
    /// <summary>What .NET says of a chain that does not end with a trusted certificate that has issued itself.</summary>
    private const X509ChainStatusFlags Incomplete = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    /// <summary>
    /// Lets TLS build the chain with these authorities only, and decides with <see cref="Accepts"/>.
    /// </summary>
    public static void Configure(SslClientAuthenticationOptions tls, X509Certificate2Collection authorities)
    {
        tls.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);

        // .NET looks for a certificate that another authority has issued only here.
        tls.CertificateChainPolicy.ExtraStore.AddRange(authorities);
        tls.RemoteCertificateValidationCallback = (_, _, chain, errors) => Accepts(chain, errors, authorities);
    }

    /// <summary>
    /// .NET demands that a chain ends with a certificate that has issued itself. For Go, each certificate of the bundle
    /// is the end of a chain, also an intermediate one (x509.VerifyOptions.Roots). So a chain that is only incomplete is
    /// accepted when it is faultless up to one of the authorities. Names, times and signatures are checked in any case.
    /// </summary>
    public static bool Accepts(X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors is SslPolicyErrors.None)
        {
            return true;
        }

        if (errors is not SslPolicyErrors.RemoteCertificateChainErrors || chain is null)
        {
            return false;
        }

        foreach (X509ChainElement element in chain.ChainElements)
        {
            if (element.ChainElementStatus.Any(static status => (status.Status & ~Incomplete) != 0))
            {
                return false;
            }

            if (authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)))
            {
                return true;
            }
        }

        return false;
    }
}
