using System.Globalization;
using System.Text.RegularExpressions;

namespace Crik.NodeStateServer.Configuration;

/// <summary>Durations as people and Go write them: 30s, 2m, 1h30m, 500ms.</summary>
internal static partial class Duration
{
    public const string Form = "must be a duration such as 30s, 2m or 500ms";

    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text is null or { Length: > 32 } || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        double milliseconds = Part(match, "h") * 3_600_000 + Part(match, "m") * 60_000 + Part(match, "s") * 1000 + Part(match, "ms");
        value = TimeSpan.FromMilliseconds(Math.Min(milliseconds, 1000 * 3_600_000.0));
        return true;
    }

    private static double Part(Match match, string name) =>
        match.Groups[name] is { Success: true, Value: string digits } ? double.Parse(digits, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?=.)(?:(?<h>[0-9]+)h)?(?:(?<m>[0-9]+)m(?!s))?(?:(?<s>[0-9]+(?:\.[0-9]+)?)s)?(?:(?<ms>[0-9]+)ms)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
