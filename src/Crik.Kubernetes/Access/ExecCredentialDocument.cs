using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Access;

/// <summary>What a credential command prints.</summary>
internal sealed class ExecCredentialDocument
{
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("status")]
    public ExecCredentialStatusDocument? Status { get; set; }
}

internal sealed class ExecCredentialStatusDocument
{
    [JsonPropertyName("expirationTimestamp")]
    public DateTimeOffset? ExpirationTimestamp { get; set; }

    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("clientCertificateData")]
    public string? ClientCertificateData { get; set; }

    [JsonPropertyName("clientKeyData")]
    public string? ClientKeyData { get; set; }
}

[JsonSerializable(typeof(ExecCredentialDocument))]
internal sealed partial class AccessJson : JsonSerializerContext;
