using System.Globalization;

namespace Crik.NodeStateServer.Signals;

/// <summary>
/// Finds the time in the text of a sign. Its form is RFC 3339, seconds since 1970, or an HTTP date within a sentence.
/// </summary>
internal static class SignalTime
{
    private const int HttpDateLength = 29;

    private static readonly string[] s_rfc3339 = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static DateTimeOffset? Find(string text)
    {
        text = text.Trim();
        if (DateTimeOffset.TryParseExact(text, s_rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return time.ToUniversalTime();
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds is > 0 and < 253402300800)
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        // "Preempt Scheduled: Mon, 02 Mar 2026 19:01:45 GMT. DurationInSeconds: -1.  For more information, see …"
        int end = text.IndexOf(" GMT", StringComparison.Ordinal) + " GMT".Length;
        return end >= HttpDateLength
            && DateTimeOffset.TryParseExact(text[(end - HttpDateLength)..end], "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
            ? time
            : null;
    }
}
