using System.Buffers.Text;

namespace Crik.Diagnostics;

/// <summary>Writes the time of a log line in JSON, without allocating memory.</summary>
internal static class JsonTime
{
    private const int Digits = 19; // 2026-11-22T10:00:00

    /// <summary>A line begins with this, and the time follows.</summary>
    public static ReadOnlySpan<byte> Start => "{\"time\":\""u8;

    /// <summary>Writes the present time in UTC, without fractions of a second.</summary>
    /// <returns>How many bytes it has, which is always the same.</returns>
    public static int Write(Span<byte> place)
    {
        Span<byte> time = stackalloc byte[32];
        Utf8Formatter.TryFormat(DateTime.UtcNow, time, out _, 'O');
        time[..Digits].CopyTo(place);
        place[Digits] = (byte)'Z';
        return Digits + 1;
    }
}
