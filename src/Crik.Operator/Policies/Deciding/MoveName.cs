using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Crik.Operator.Policies.Deciding;

/// <summary>The names of the PodMigrations of a policy: its own name and eight hexadecimal digits. It is pure.</summary>
internal static partial class MoveName
{
    /// <summary>The same decision has the same name, so each repetition finds what is there.</summary>
    public static string Make(PolicyFacts facts, string podUid)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{facts.Object.Metadata!.Uid}\n{podUid}\n{facts.Now.UtcTicks}"));
        return $"{facts.Object.Metadata.Name}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}";
    }

    /// <summary>Whether the policy could have made this name.</summary>
    public static bool IsOf(string policy, string? name) =>
        name is not null && name.StartsWith($"{policy}-", StringComparison.Ordinal) && Digits().IsMatch(name.AsSpan(policy.Length + 1));

    [GeneratedRegex(@"\A[0-9a-f]{8}\z")]
    private static partial Regex Digits();
}
