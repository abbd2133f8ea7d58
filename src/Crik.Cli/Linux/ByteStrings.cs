using System.Text;

namespace Crik.Linux;

/// <summary>
/// Arguments and environment are bytes to the kernel, and need not be UTF-8. .NET's own reading of them loses what is not;
/// here such a byte B stands as the lone surrogate U+DC00+B, as Python has it, and comes out again as it was.
/// </summary>
internal static class ByteStrings
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';

    /// <summary>What .NET puts where it could not read: then, and only then, the original has to be looked at.</summary>
    private const char Lost = '\uFFFD';

    /// <summary>The arguments as they really are.</summary>
    public static string[] ReadArguments(string[] asRead) =>
        asRead.Any(argument => argument.Contains(Lost)) ? ReadZeroTerminated("/proc/self/cmdline")[^asRead.Length..] : asRead;

    /// <summary>The environment, as <c>NAME=value</c> entries, as it really is.</summary>
    public static IReadOnlyList<string> ReadEnvironment(IReadOnlyList<string> asRead) =>
        asRead.Any(entry => entry.Contains(Lost)) ? ReadZeroTerminated("/proc/self/environ") : asRead;

    /// <summary>For logs and manifests.</summary>
    public static string Printable(string text) => string.Create(text.Length, text, static (target, text) =>
    {
        for (int i = 0; i < target.Length; i++)
        {
            bool isHalf = char.IsHighSurrogate(text[i]) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])
                : char.IsLowSurrogate(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1]));
            target[i] = isHalf ? Lost : text[i];
        }
    });

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
        byte[] bytes = File.ReadAllBytes(path);
        List<string> strings = [];
        for (ReadOnlySpan<byte> rest = bytes; !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)0);
            strings.Add(Decode(end < 0 ? rest : rest[..end]));
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return [.. strings];
    }
}
