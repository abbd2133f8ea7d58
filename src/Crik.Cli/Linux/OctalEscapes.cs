namespace Crik.Linux;

/// <summary>The kernel's way to keep a name within its field: a character that would end the field becomes a backslash and three octal digits.</summary>
internal static class OctalEscapes
{
    public static string Decode(string field)
    {
        int next = field.IndexOf('\\', StringComparison.Ordinal);
        if (next < 0)
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && Value(field.AsSpan(i + 1)) is { } value)
            {
                text.Append(value);
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>Only ASCII is ever escaped; anything else is not an escape but a part of the name.</summary>
    private static char? Value(ReadOnlySpan<char> digits) =>
        digits.Length >= 3 && digits[0] is '0' or '1' && digits[1] is >= '0' and <= '7' && digits[2] is >= '0' and <= '7'
            ? (char)(((digits[0] - '0') << 6) | ((digits[1] - '0') << 3) | (digits[2] - '0'))
            : null;
}
