using System.Buffers;
using System.Globalization;

namespace Crik.Hosting;

/// <summary>Reads durations in the form that Go uses: 30s, 2m, 1h30m, 1.5s, 500ms.</summary>
public static class Duration
{
    public const string Form = "must be a duration such as 30s, 2m or 500ms";

    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");
    private static readonly TimeSpan s_most = TimeSpan.FromHours(1000);

    /// <summary>
    /// Parses a duration. Larger units must come first, and each unit at most once. This uses no regular expression,
    /// because it runs for every long-poll.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        TimeSpan smallest = TimeSpan.MaxValue;
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept(s_number);
            if (digits is < 1 or > 9 || rest[0] == '.' || rest[digits - 1] == '.'
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }

            rest = rest[digits..];
            int letters = rest.IndexOfAnyInRange('0', '9');
            ReadOnlySpan<char> name = letters < 0 ? rest : rest[..letters];
            if (UnitOf(name) is not { } unit || unit >= smallest)
            {
                return false;
            }

            smallest = unit;
            value += unit * Math.Min(number, s_most / unit); // limited before the multiplication can overflow
            rest = rest[name.Length..];
        }

        value = value < s_most ? value : s_most;
        return text.Length > 0;
    }

    private static TimeSpan? UnitOf(ReadOnlySpan<char> name) => name switch
    {
        "h" => TimeSpan.FromHours(1),
        "m" => TimeSpan.FromMinutes(1),
        "s" => TimeSpan.FromSeconds(1),
        "ms" => TimeSpan.FromMilliseconds(1),
        _ => null,
    };
}
