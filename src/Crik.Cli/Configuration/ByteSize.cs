namespace Crik.Configuration;

/// <summary>Reads sizes as Kubernetes writes them: plain bytes, Ki Mi Gi (powers of 1024), K M G (powers of 1000).</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] s_units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("K", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1),
    ];

    public static bool TryParse(string text, out long value, out string problem)
    {
        (value, problem) = (0, $"must be a size in bytes such as 500Mi, 2G or 1048576, not '{text}'");
        int end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        string suffix = text[end..];
        int unit = Array.FindIndex(s_units, candidate => candidate.Suffix == suffix);
        if (end == 0 || unit < 0)
        {
            return false;
        }

        if (!long.TryParse(text.AsSpan(0, end), out long count) || count > long.MaxValue / s_units[unit].Factor)
        {
            problem = $"'{text}' is too large";
            return false;
        }

        value = count * s_units[unit].Factor;
        return true;
    }
}
