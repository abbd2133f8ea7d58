using System.Text.Unicode;

namespace Crik.Linux;

/// <summary>
/// Carries paths, arguments and environment in strings. To the kernel they are bytes and need not be UTF-8, and .NET loses what is not.
/// Here a byte B that is not part of UTF-8 text becomes the lone surrogate U+DC00+B, as in Python, and is that byte again when it is encoded.
/// </summary>
internal static class ByteStrings
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';

    /// <summary>What .NET puts in the place of bytes that it could not read. Only then does crik look at the original.</summary>
    private const char Lost = '\uFFFD';

    /// <summary>Reads the arguments as the kernel has them.</summary>
    public static string[] ReadArguments(string[] asRead) =>
        asRead.Any(argument => argument.Contains(Lost)) ? ReadZeroTerminated("/proc/self/cmdline")[^asRead.Length..] : asRead;

    /// <summary>Reads the environment as the kernel has it, as <c>NAME=value</c> entries.</summary>
    public static IReadOnlyList<string> ReadEnvironment(IReadOnlyList<string> asRead) =>
        asRead.Any(entry => entry.Contains(Lost)) ? ReadZeroTerminated("/proc/self/environ") : asRead;

    /// <summary>Makes proper text of a string, for logs. A byte that is not part of UTF-8 text becomes U+FFFD.</summary>
    public static string Printable(string text) => IsText(text) ? text : string.Create(text.Length, text, static (target, text) =>
    {
        for (int i = 0; i < target.Length; i++)
        {
            bool isHalf = char.IsHighSurrogate(text[i]) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])
                : char.IsLowSurrogate(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1]));
            target[i] = isHalf ? Lost : text[i];
        }
    });

    /// <summary>Makes proper text of bytes, for logs.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Whether the string stands for UTF-8 text, so that JSON can hold it.</summary>
    public static bool IsText(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 || text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public static byte[] Encode(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstEscape, LastEscape) < 0)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        List<byte> bytes = new(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) != System.Buffers.OperationStatus.Done && rest[0] is >= FirstEscape and <= LastEscape)
            {
                bytes.Add((byte)(rest[0] - 0xDC00));
            }
            else
            {
                bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
            }

            rest = rest[used..];
        }

        return [.. bytes];
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        StringBuilder text = new(bytes.Length);
        Span<char> encoded = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(encoded[..rune.EncodeToUtf16(encoded)]);
            }
            else
            {
                used = 1;
                text.Append((char)(0xDC00 + bytes[0]));
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    private static string[] ReadZeroTerminated(string path)
    {
        string text = Decode(File.ReadAllBytes(path));
        return text.Length == 0 ? [] : (text[^1] == '\0' ? text[..^1] : text).Split('\0');
    }
}
