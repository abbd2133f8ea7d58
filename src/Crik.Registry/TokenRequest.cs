using System.Text.Json;

namespace Crik.Registry;

/// <summary>Asks a token server for the right to pull or push (distribution, spec/auth/token.md and spec/auth/oauth.md).</summary>
internal static class TokenRequest
{
    private const int LargestToken = 256 << 10;

    public static HttpRequestMessage For(Uri realm, Challenge challenge, string scope, RegistryCredential? credential)
    {
        string? service = challenge.Parameters.GetValueOrDefault("service");
        if (credential?.IdentityToken is { } token)
        {
            return new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = token,
                    ["client_id"] = "crik",
                    ["service"] = service ?? "",
                    ["scope"] = scope,
                }),
            };
        }

        string query = $"scope={Uri.EscapeDataString(scope)}{(service is null ? "" : $"&service={Uri.EscapeDataString(service)}")}";
        UriBuilder address = new(realm) { Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query}" : query };
        return new HttpRequestMessage(HttpMethod.Get, address.Uri) { Headers = { Authorization = credential is null ? null : RegistrySession.Basic(credential) } };
    }

    /// <exception cref="RegistryException">The answer has no token.</exception>
    public static async Task<string> ReadAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken)
    {
        byte[] body = await RegistryAnswer.ReadAsync(response, LargestToken, $"the token server {realm.Authority}", cancellationToken);
        try
        {
            TokenDocument? document = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenDocument);
            string? token = document?.Token is { Length: > 0 } written ? written : document?.AccessToken;
            return token is { Length: > 0 } && token.All(letter => letter is > ' ' and < '\x7f') ? token
                : throw new RegistryException(RegistryFailure.BadAnswer, $"the token server {realm.Authority} sends no token");
        }
        catch (JsonException exception)
        {
            throw new RegistryException(RegistryFailure.BadAnswer, $"the token server {realm.Authority} does not send JSON", exception);
        }
    }
}
