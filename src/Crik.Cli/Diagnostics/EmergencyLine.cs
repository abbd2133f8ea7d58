using System.Text.Json;

namespace Crik.Diagnostics;

/// <summary>Formats an error line in advance, so that writing it later allocates no memory and never blocks.</summary>
internal sealed class EmergencyLine(string message)
{
    private readonly LineWriter _standardError = LineWriter.StandardError; // made here: it looks at the descriptor, and that may wait
    private readonly bool _isJson = Log.IsJson;
    private readonly byte[] _line = Log.IsJson
        ? [.. JsonTime.Start, .. Encoding.UTF8.GetBytes($"0000-00-00T00:00:00Z\",\"level\":\"error\",\"message\":\"{JsonEncodedText.Encode(message)}\"}}\n")]
        : Encoding.UTF8.GetBytes($"crik error: {message}\n");

    public void Write() => Write(_standardError);

    internal void Write(LineWriter writer)
    {
        if (_isJson)
        {
            JsonTime.Write(_line.AsSpan(JsonTime.Start.Length));
        }

        writer.Write(_line, mayWait: false);
    }
}
