using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Resources;
using Crik.Operator.Configuration;
using Crik.Pods.Reading;

namespace Crik.Operator.Certificates;

/// <summary>The Secret with the keys of the webhook: its name and its format.</summary>
internal static class KeySecret
{
    private const string Authorities = "ca.crt";
    private const string AuthorityKey = "ca.key";
    private const string Certificate = "tls.crt";
    private const string Key = "tls.key";

    public static ObjectName Name(OperatorOptions options) => new(options.Namespace, options.CertificatesSecret);

    /// <summary>Reads it. What is missing or cannot be read is empty, and so leads to new keys.</summary>
    public static WebhookKeys Read(JsonObject secret) =>
        new(Text(secret, Authorities), Text(secret, AuthorityKey), Text(secret, Certificate), Text(secret, Key));

    public static JsonObject New(OperatorOptions options, WebhookKeys keys) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject
        {
            ["name"] = options.CertificatesSecret,
            ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "crik-operator", ["app.kubernetes.io/part-of"] = "crik" },
        },
        ["type"] = "Opaque",
        ["data"] = Data(keys),
    };

    public static JsonObject Data(WebhookKeys keys) => new()
    {
        [Authorities] = Encode(keys.Authorities),
        [AuthorityKey] = Encode(keys.AuthorityKey),
        [Certificate] = Encode(keys.Certificate),
        [Key] = Encode(keys.Key),
    };

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(JsonObject secret, string key)
    {
        string encoded = secret.At("data", key).Text() ?? "";
        Span<byte> decoded = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, decoded, out int length) ? Encoding.UTF8.GetString(decoded[..length]) : "";
    }
}
