namespace Crik.Configuration;

/// <summary>Reads durations as people write them: 30s, 2m, 1h30m, 500ms.</summary>
internal static class Duration
{
    /// <summary>The longest duration. Timers of the runtime end at 49 days, and no use of crik comes near.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromHours(1000);

    private static readonly (string Name, long Milliseconds)[] s_units = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <returns>What is wrong with the text, if anything is.</returns>
    public static string? Read(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        int nextUnit = 0; // each unit may be there once, the larger first
        do
        {
            ReadOnlySpan<char> afterNumber = rest.TrimStart("0123456789");
            ReadOnlySpan<char> afterUnit = afterNumber.TrimStart("abcdefghijklmnopqrstuvwxyz");
            if (afterNumber.IsEmpty && rest.Length == text.Length && rest.Length > 0)
            {
                return $"needs a unit: write {text}s for seconds (or ms, m, h)";
            }

            string name = afterNumber[..^afterUnit.Length].ToString();
            int unit = Array.FindIndex(s_units, nextUnit, candidate => candidate.Name == name);
            if (afterNumber.Length == rest.Length || unit < 0)
            {
                return $"must be a duration such as 30s, 2m, 1h30m or 500ms, not '{text}'";
            }

            nextUnit = unit + 1;
            if (!long.TryParse(rest[..^afterNumber.Length], out long count)
                || count > (long)Max.TotalMilliseconds / s_units[unit].Milliseconds
                || (value += TimeSpan.FromMilliseconds(count * s_units[unit].Milliseconds)) > Max)
            {
                return $"must be at most {Max.TotalHours}h, not '{text}'";
            }

            rest = afterUnit;
        }
        while (!rest.IsEmpty);
        return null;
    }
}
