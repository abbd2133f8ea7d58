using System.Buffers.Text;
using System.Text;

namespace Crik.Diagnostics;

/// <summary>Formats an error line in advance, so that writing it later allocates no memory and never blocks.</summary>
internal sealed class EmergencyLine
{
    private const string Time = "{\"time\":\"";

    private readonly byte[] _line;

    public EmergencyLine(string message)
    {
        _line = Encoding.UTF8.GetBytes(Log.IsJson
            ? $"{Time}0000-00-00T00:00:00Z\",\"level\":\"error\",\"message\":\"{System.Text.Json.JsonEncodedText.Encode(message)}\"}}\n"
            : $"crik error: {message}\n");
        IsJson = Log.IsJson;
    }

    private bool IsJson { get; }

    public void Write() => Write(StandardError.Writer);

    internal void Write(LineWriter writer)
    {
        if (IsJson)
        {
            Span<byte> time = stackalloc byte[32];
            if (Utf8Formatter.TryFormat(DateTime.UtcNow, time, out int length, 'O') && length >= 19)
            {
                time[..19].CopyTo(_line.AsSpan(Time.Length)); // the time without fractions of a second
            }
        }

        writer.Write(_line, mayWait: false);
    }
}
