namespace Crik.Kubernetes.Tests.Access;

internal static class ClientKeys
{
    public static string GetECDsaPrivateKeyPem(this System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        using System.Security.Cryptography.ECDsa key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!;
        using System.Security.Cryptography.ECDsa copy = System.Security.Cryptography.ECDsa.Create();
        copy.ImportEncryptedPkcs8PrivateKey("p", key.ExportEncryptedPkcs8PrivateKey("p",
            new System.Security.Cryptography.PbeParameters(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1)), out _);
        return copy.ExportPkcs8PrivateKeyPem();
    }
}
