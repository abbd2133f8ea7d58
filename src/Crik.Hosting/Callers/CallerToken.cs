using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Crik.Hosting.Callers;

/// <summary>
/// A bearer token that may be good: a JWT (RFC 7519) that names our audience and has not expired. Nothing in it is
/// trusted, because anybody can write one. What is none is refused without asking the API server, which would refuse it
/// too.
/// </summary>
/// <param name="Key">The hash under which the result is remembered, so that no token stays in memory.</param>
internal sealed record CallerToken(string Text, string Key)
{
    private const string Scheme = "Bearer ";

    /// <summary>The clocks of this machine and of the API server may differ by this much.</summary>
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromMinutes(1);

    /// <returns>Null when no API server would accept this as a token for the audience.</returns>
    public static CallerToken? Find(string? authorization, string audience, DateTimeOffset now)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string text = authorization[Scheme.Length..].Trim();
        return text.Split('.') is [{ Length: > 0 }, var claims, { Length: > 0 }] && Base64Url.IsValid(claims) && Fits(Base64Url.DecodeFromChars(claims), audience, now)
            ? new CallerToken(text, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))))
            : null;
    }

    private static bool Fits(byte[] claims, string audience, DateTimeOffset now)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(claims, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("aud", out JsonElement named) && Names(named, audience)
                && !(root.TryGetProperty("exp", out JsonElement expires) && expires.ValueKind == JsonValueKind.Number
                    && expires.TryGetInt64(out long seconds) && seconds < (now - s_clockTolerance).ToUnixTimeSeconds());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // no JSON, or a text with half a surrogate pair
        }
    }

    /// <summary>The claim is one audience or a list of them (RFC 7519, section 4.1.3).</summary>
    private static bool Names(JsonElement named, string audience) => named.ValueKind switch
    {
        JsonValueKind.String => named.ValueEquals(audience),
        JsonValueKind.Array => named.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(audience)),
        _ => false,
    };
}
