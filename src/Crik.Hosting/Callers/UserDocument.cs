using System.Text.Json.Serialization;

namespace Crik.Hosting.Callers;

/// <summary>The owner of a token, as a TokenReview names it (UserInfo of authentication.k8s.io/v1).</summary>
internal sealed class UserDocument
{
    [JsonPropertyName("username")]
    public string? Username { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("groups")]
    public string[]? Groups { get; set; }

    [JsonPropertyName("extra")]
    public Dictionary<string, string[]>? Extra { get; set; }
}
