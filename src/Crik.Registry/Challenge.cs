using System.Text.RegularExpressions;

namespace Crik.Registry;

/// <summary>What a registry demands: the header WWW-Authenticate (RFC 9110; distribution, spec/auth/token.md).</summary>
/// <param name="Scheme">In lower case: `bearer` or `basic`.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const string Pair = """[A-Za-z_]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)""";

    // The header comes from a stranger: without backtracking, its length alone decides how long it takes to read.
    private static readonly Regex s_schemes =
        new($"(?<scheme>[A-Za-z]+)(?:\\s+(?<parameters>{Pair}(?:\\s*,\\s*{Pair})*))?(?:\\s*,\\s*|\\s*$)", RegexOptions.NonBacktracking);

    private static readonly Regex s_pairs =
        new("""(?<name>[A-Za-z_]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s,"]+))""", RegexOptions.NonBacktracking);

    private static readonly Regex s_escaped = new(@"\\(.)", RegexOptions.NonBacktracking);

    public static IReadOnlyList<Challenge> Parse(IEnumerable<string> headers) =>
        [.. headers.Where(header => header.Length <= 4096).SelectMany(header => s_schemes.Matches(header)).Select(match => new Challenge(
            match.Groups["scheme"].Value.ToLowerInvariant(), Read(match.Groups["parameters"].Value)))];

    private static Dictionary<string, string> Read(string text)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in s_pairs.Matches(text))
        {
            parameters.TryAdd(match.Groups["name"].Value, match.Groups["quoted"] is { Success: true } quoted
                ? s_escaped.Replace(quoted.Value, "$1") : match.Groups["plain"].Value);
        }

        return parameters;
    }
}
