using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Operator.Certificates;

/// <summary>The keys and certificates of the webhook, as PEM. All replicas share them in a Secret.</summary>
/// <param name="Authorities">The certificates of the authorities that callers should trust: the current one first, and those before it.</param>
/// <param name="AuthorityKey">The key of the current authority.</param>
/// <param name="Certificate">The certificate that the server shows.</param>
/// <param name="Key">Its key.</param>
internal sealed record WebhookKeys(string Authorities, string AuthorityKey, string Certificate, string Key)
{
    public X509Certificate2Collection ReadAuthorities() => Read(Authorities);

    /// <returns>Empty if somebody has written something else there.</returns>
    public static X509Certificate2Collection Read(string pem)
    {
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            all.Clear();
        }

        return all;
    }

    /// <summary>Nothing of it belongs into a log.</summary>
    public override string ToString() => "the keys of the webhook";
}
