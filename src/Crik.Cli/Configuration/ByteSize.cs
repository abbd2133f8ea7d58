namespace Crik.Configuration;

/// <summary>Reads sizes as Kubernetes writes them: plain bytes, Ki Mi Gi (powers of 1024), K M G (powers of 1000).</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] s_units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("K", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1),
    ];

    /// <returns>What is wrong with the text, if anything is.</returns>
    public static string? Read(string text, out long value)
    {
        value = 0;
        string suffix = text.AsSpan().TrimStart("0123456789").ToString();
        int unit = Array.FindIndex(s_units, candidate => candidate.Suffix == suffix);
        if (suffix.Length == text.Length || unit < 0)
        {
            return $"must be a size in bytes such as 500Mi, 2G or 1048576, not '{text}'";
        }

        if (!long.TryParse(text.AsSpan(0, text.Length - suffix.Length), out long count) || count > long.MaxValue / s_units[unit].Factor)
        {
            return $"'{text}' is too large";
        }

        value = count * s_units[unit].Factor;
        return null;
    }
}
