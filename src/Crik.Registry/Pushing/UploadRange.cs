using System.Globalization;

namespace Crik.Registry.Pushing;

/// <summary>The ranges of uploads: distribution-spec, pushing a blob in chunks.</summary>
internal static class UploadRange
{
    /// <summary>The value of Content-Range. It differs from that of RFC 9110, which has a unit and a length.</summary>
    public static string Of(long start, int length) => string.Create(CultureInfo.InvariantCulture, $"{start}-{start + length - 1}");

    /// <summary>Reads the header Range of an answer.</summary>
    /// <param name="sent">How much of the upload was sent. Docker's registry says `0-0` both of no byte and of one.</param>
    /// <returns>How many bytes the registry has. Null if the header does not say it.</returns>
    public static long? SizeOf(string? range, long sent)
    {
        string text = range?.Trim() ?? "";
        text = text.StartsWith("bytes=", StringComparison.Ordinal) ? text["bytes=".Length..] : text;
        return !text.StartsWith("0-", StringComparison.Ordinal) || !long.TryParse(text[2..], NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || last == long.MaxValue ? null : last == 0 && sent != 1 ? 0 : last + 1;
    }
}
