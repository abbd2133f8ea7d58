using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Images;

/// <summary>
/// For whom a layer is encrypted: the holder of the private key of a certificate. Whoever makes the image needs the
/// certificate only, so what runs on the nodes cannot read what it has stored.
/// </summary>
public sealed class LayerEncryption
{
    private const int SmallestKey = 2048;

    private LayerEncryption(RSAParameters publicKey)
    {
        PublicKey = publicKey;
    }

    internal RSAParameters PublicKey { get; }

    /// <summary>
    /// Reads tls.crt of a Secret of the type kubernetes.io/tls: the first certificate counts. Its dates and issuer do not
    /// matter, because whoever may write the Secret decides for whom the layer is encrypted.
    /// </summary>
    /// <exception cref="ImageException">It is no certificate, or one without an RSA key of at least 2048 bits.</exception>
    public static LayerEncryption FromCertificate(string pem)
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
            using RSA key = certificate.GetRSAPublicKey()
                ?? throw Bad("The certificate in tls.crt has no RSA key. Layers are encrypted for RSA keys only: make the Secret with one.");
            return key.KeySize >= SmallestKey ? new LayerEncryption(key.ExportParameters(includePrivateParameters: false))
                : throw Bad($"The certificate in tls.crt has a key of {key.KeySize} bits. Make the Secret with one of at least {SmallestKey}.");
        }
        catch (CryptographicException exception)
        {
            throw Bad("tls.crt is no certificate in PEM format. Look whether the Secret has the type kubernetes.io/tls.", exception);
        }
    }

    private static ImageException Bad(string message, Exception? inner = null) => new(ImageFailure.BadCertificate, message, inner);
}
