using Serilog.Events;

namespace Crik.Diagnostics;

/// <summary>Formats an error line in advance, so that writing it later allocates no memory and never blocks.</summary>
internal sealed class EmergencyLine
{
    private readonly LineWriter _standardError = LineWriter.StandardError; // made here: it looks at the descriptor, and that may wait
    private readonly LineFormat _format;
    private readonly byte[] _line;

    /// <param name="format">The format of the log, if it is not the configured one.</param>
    public EmergencyLine(Event kind, string message, LineFormat? format = null)
    {
        _format = format ?? Log.Format;
        _line = _format.Line(LineFormat.Entry(LogEventLevel.Error, kind, message, []));
    }

    public void Write() => Write(_standardError);

    internal void Write(LineWriter writer)
    {
        _format.Stamp(_line);
        writer.Write(_line, mayWait: false);
    }
}
