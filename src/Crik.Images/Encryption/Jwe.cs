using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Crik.Images.Encryption;

/// <summary>
/// Encrypts a few bytes for the holder of an RSA key, as a JWE of RFC 7516 with RSA-OAEP and A256GCM. These are the
/// algorithms with which ocicrypt (keywrap/jwe/keywrapper_jwe.go) wraps keys, and which all of its versions unwrap.
/// </summary>
internal static class Jwe
{
    private const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int VectorBytes = 12;

    public static byte[] Encrypt(ReadOnlySpan<byte> content, RSAParameters recipient)
    {
        string header = Base64Url.EncodeToString(
            JsonSerializer.SerializeToUtf8Bytes(new JweHeaderDocument("RSA-OAEP", "A256GCM"), EncryptionJson.Default.JweHeaderDocument));
        byte[] key = RandomNumberGenerator.GetBytes(KeyBytes);
        byte[] vector = RandomNumberGenerator.GetBytes(VectorBytes);
        byte[] ciphertext = new byte[content.Length];
        byte[] tag = new byte[TagBytes];
        using (AesGcm cipher = new(key, TagBytes))
        {
            cipher.Encrypt(vector, content, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        }

        using RSA rsa = RSA.Create(recipient);
        byte[] encryptedKey = rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA1); // what RFC 7518, section 4.3, calls RSA-OAEP
        CryptographicOperations.ZeroMemory(key);
        JweDocument document = new(
            header, Base64Url.EncodeToString(encryptedKey), Base64Url.EncodeToString(vector), Base64Url.EncodeToString(ciphertext),
            Base64Url.EncodeToString(tag));
        return JsonSerializer.SerializeToUtf8Bytes(document, EncryptionJson.Default.JweDocument);
    }
}
