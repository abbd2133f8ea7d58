using System.Globalization;

namespace Crik.NodeStateServer.Signals;

/// <summary>Times as the signals write them: RFC 3339, seconds since 1970, or an HTTP date at the end of a sentence.</summary>
internal static class SignalTime
{
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

        // "Preempt Scheduled: Mon, 02 Mar 2026 19:01:45 GMT"
        const int HttpDateLength = 29;
        return text.Length >= HttpDateLength
            && DateTimeOffset.TryParseExact(text[^HttpDateLength..], "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
            ? time
            : null;
    }
}
