namespace Crik.Configuration;

/// <summary>Reads durations as people write them: 30s, 2m, 1h30m, 500ms.</summary>
internal static class Duration
{
    /// <summary>The longest duration. Timers of the runtime end at 49 days, and no use of crik comes near.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromHours(1000);

    private static readonly (string Name, long Milliseconds)[] s_units = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    public static bool TryParse(string text, out TimeSpan value, out string problem)
    {
        (value, problem) = (TimeSpan.Zero, $"must be a duration such as 30s, 2m, 1h30m or 500ms, not '{text}'");
        long total = 0;
        int nextUnit = 0; // each unit may be there once, the larger first
        int at = 0;
        while (at < text.Length)
        {
            int digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            int letters = at;
            while (at < text.Length && char.IsAsciiLetterLower(text[at]))
            {
                at++;
            }

            if (digits == letters)
            {
                return false;
            }

            if (letters == text.Length && digits == 0)
            {
                problem = $"needs a unit: write {text}s for seconds (or ms, m, h)";
                return false;
            }

            string name = text[letters..at];
            int unit = Array.FindIndex(s_units, nextUnit, candidate => candidate.Name == name);
            if (unit < 0)
            {
                return false;
            }

            nextUnit = unit + 1;
            if (!long.TryParse(text.AsSpan(digits, letters - digits), out long count)
                || count > (long)Max.TotalMilliseconds / s_units[unit].Milliseconds
                || (total += count * s_units[unit].Milliseconds) > Max.TotalMilliseconds)
            {
                problem = $"must be at most {Max.TotalHours}h, not '{text}'";
                return false;
            }
        }

        value = TimeSpan.FromMilliseconds(total);
        return text.Length > 0;
    }
}
