namespace Crik.Inspection;

/// <summary>Writes numbers, and text that nobody has to trust, for people.</summary>
internal static class Words
{
    /// <summary>Replaces everything that is not plain text by <c>?</c>, so that text from a checkpoint cannot move the cursor or look like another line.</summary>
    public static string Printable(string text)
    {
        StringBuilder visible = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isPlain = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            visible.Append(isPlain ? rune.ToString() : "?");
        }

        return visible.ToString();
    }

    /// <summary>Writes a command line, with quotes where a shell needs them.</summary>
    public static string Command(IReadOnlyList<string> words) => string.Join(' ', words.Select(word =>
        word.Length > 0 && !word.Any(c => !char.IsLetterOrDigit(c) && !"-_./:=,@%+".Contains(c)) ? Printable(word) : $"'{Printable(word).Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    public static string Cut(string text, int length) => text.Length <= length ? text : $"{text[..(length - 1)]}…";

    public static string Size(long bytes)
    {
        string[] units = ["KiB", "MiB", "GiB", "TiB"];
        double value = bytes / 1024.0;
        int unit = 0;
        for (; value >= 1000 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return bytes < 1024 ? $"{bytes} B" : $"{Significant(value)} {units[unit]}";
    }

    public static string Span(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => $"{Significant(time.TotalMilliseconds)} ms",
        { TotalSeconds: < 90 } => $"{Significant(time.TotalSeconds)} s",
        { TotalMinutes: < 90 } => $"{time.TotalMinutes:0} min",
        { TotalHours: < 48 } => $"{time.TotalHours:0} h",
        _ => $"{time.TotalDays:0} d",
    };

    public static string Version(int criu) => $"{criu / 10000}.{criu / 100 % 100}{(criu % 100 > 0 ? $".{criu % 100}" : "")}";

    public static string Moment(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}";

    /// <summary>Writes three digits, such as 1.25, 12.5 or 125.</summary>
    private static string Significant(double value) =>
        value.ToString(value < 9.995 ? "0.##" : value < 99.95 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
