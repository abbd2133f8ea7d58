using System.Buffers.Text;
using System.Text;

namespace Crik.Testing;

/// <summary>Makes tokens of the form that service accounts have. Nobody can verify their signature.</summary>
public static class Jwt
{
    public const string Audience = "crik-node-state-server";

    public static string For(string subject, string audience = Audience) => With($$"""{"sub":"{{subject}}","aud":["{{audience}}"]}""");

    public static string With(string claims) => $"{Part("{}")}.{Part(claims)}.{Part("signature")}";

    private static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
