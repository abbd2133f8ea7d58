using System.Text;
using System.Text.Json;

namespace Crik.Registry;

/// <summary>
/// The credentials of pull secrets. They are matched with images as the kubelet does it (k8s.io/kubernetes,
/// pkg/credentialprovider/keyring.go): by the parts of the host, each of which may be a glob, the port, and a prefix of
/// the path.
/// </summary>
public sealed class RegistryCredentials
{
    private readonly List<(string Pattern, RegistryCredential Credential)> _entries = [];

    /// <summary>No credentials: images are read anonymously.</summary>
    public static RegistryCredentials None { get; } = new();

    /// <summary>Adds the content of a Secret of the type kubernetes.io/dockerconfigjson (key `.dockerconfigjson`).</summary>
    /// <exception cref="FormatException">It is not such a content. The message names nothing of it.</exception>
    public void AddDockerConfigJson(ReadOnlySpan<byte> json)
    {
        try
        {
            DockerConfigDocument? config = JsonSerializer.Deserialize(json, RegistryJson.Default.DockerConfigDocument);
            Add(config?.Auths);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"is no Docker configuration: wrong JSON in line {exception.LineNumber + 1}", exception);
        }
    }

    /// <summary>Adds the content of a Secret of the old type kubernetes.io/dockercfg (key `.dockercfg`).</summary>
    /// <exception cref="FormatException">It is not such a content. The message names nothing of it.</exception>
    public void AddDockerConfig(ReadOnlySpan<byte> json)
    {
        try
        {
            Add(JsonSerializer.Deserialize(json, RegistryJson.Default.DictionaryStringDockerAuthDocument));
        }
        catch (JsonException exception)
        {
            throw new FormatException($"is no Docker configuration: wrong JSON in line {exception.LineNumber + 1}", exception);
        }
    }

    /// <returns>The credentials to try, the longest match first. Empty: ask anonymously.</returns>
    public IReadOnlyList<RegistryCredential> For(ImageReference image) =>
    [
        .. _entries.Where(entry => RegistryPattern.Matches(entry.Pattern, $"{image.Registry}/{image.Repository}"))
            .OrderByDescending(entry => entry.Pattern, StringComparer.Ordinal).Select(entry => entry.Credential).Distinct(),
    ];

    private void Add(Dictionary<string, DockerAuthDocument>? auths)
    {
        foreach ((string address, DockerAuthDocument? auth) in auths ?? [])
        {
            if (auth is not null && Read(auth) is { } credential)
            {
                _entries.Add((RegistryPattern.Of(address), credential));
            }
        }
    }

    /// <summary>The field auth is `user:password` in base64, and it wins. Some programs pad it with zero bytes.</summary>
    private static RegistryCredential? Read(DockerAuthDocument auth)
    {
        (string? user, string? password) = (auth.Username, auth.Password);
        if (auth.Auth is { Length: > 0 } encoded)
        {
            Span<byte> decoded = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), decoded, out int length))
            {
                throw new FormatException("has a field auth that is no base64");
            }

            string text = Encoding.UTF8.GetString(decoded[..length]);
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            (user, password) = colon < 0 ? throw new FormatException("has a field auth without a colon between user and password")
                : (text[..colon], text[(colon + 1)..].Trim('\0'));
        }

        return user is { Length: > 0 } || auth.IdentityToken is { Length: > 0 }
            ? new RegistryCredential(user ?? "", password ?? "", auth.IdentityToken is { Length: > 0 } token ? token : null) : null;
    }
}
