using System.Security.Cryptography;
using System.Text;

namespace Crik.Pods.Planning;

/// <summary>Names claims for checkpoints. A volumeClaimTemplate `checkpoints` of a StatefulSet gives the same names.</summary>
internal static class ClaimName
{
    private const string Prefix = PodNames.CheckpointsVolume + "-";

    /// <summary>The longest name of an object (RFC 1123 subdomain).</summary>
    private const int Longest = 253;

    private const int HashLength = 10;

    public static string For(string identity)
    {
        string name = Prefix + identity;
        if (name.Length <= Longest)
        {
            return name;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..HashLength];
        return $"{name[..(Longest - HashLength - 1)].TrimEnd('-', '.')}-{hash}";
    }
}
