using System.Globalization;

namespace Crik.Pods.Annotations;

/// <summary>Durations as crik writes them: `90s`, `2m`, `1h30m`.</summary>
internal static class Durations
{
    private static readonly (string Name, long Milliseconds)[] s_units = [("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1000)];

    /// <summary>crik's own limit.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1000);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        string rest = text;
        while (rest.Length > 0)
        {
            string digits = string.Concat(rest.TakeWhile(char.IsAsciiDigit));
            (string name, long milliseconds) = s_units.FirstOrDefault(unit => rest[digits.Length..].StartsWith(unit.Name, StringComparison.Ordinal));
            if (name is null || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || count > s_longest.TotalMilliseconds / milliseconds)
            {
                return false;
            }

            duration += TimeSpan.FromMilliseconds(count * milliseconds);
            rest = rest[(digits.Length + name.Length)..];
        }

        return text.Length > 0 && duration <= s_longest;
    }

    /// <summary>The seconds of Kubernetes, rounded up so that a grace period never gets shorter.</summary>
    public static long ToSeconds(TimeSpan duration) => (long)Math.Ceiling(duration.TotalSeconds);
}
