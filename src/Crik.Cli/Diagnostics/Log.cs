using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Crik.Diagnostics;

/// <summary>Writes crik's log to descriptor 2, because standard output belongs to the program. It writes each event at once.</summary>
internal static class Log
{
    private static LogEventLevel s_lowest = LogEventLevel.Information;

    /// <summary>The logger, which is made at the first event, so that a run without events does not spend time on it.</summary>
    private static Logger? s_logger;

    private static LineFormat? s_format;

    /// <summary>The format of the lines. Only <c>crik run</c> has another one than that for people.</summary>
    public static LineFormat Format => s_format ??= LineFormat.ForPeople;

    /// <summary>Level and format, for the <see cref="Configure(string)"/> of a second crik.</summary>
    public static string Settings => $"{(int)s_lowest}{Format.Number}";

    public static void Configure(LogEventLevel lowest, LineFormat format) => (s_lowest, s_format, s_logger) = (lowest, format, null);

    /// <param name="settings">The <see cref="Settings"/> of the first crik.</param>
    public static void Configure(string settings) => Configure((LogEventLevel)(settings[0] - '0'), LineFormat.Of(settings[1] - '0'));

    public static void Error(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Error, kind, message, facts);

    public static void Warning(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Warning, kind, message, facts);

    public static void Info(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Information, kind, message, facts);

    public static void Debug(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Debug, kind, message, facts);

    /// <summary>Writes a text as JSON does, with quotation marks.</summary>
    internal static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(ByteStrings.Printable(text), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static void Write(LogEventLevel level, Event kind, string message, ReadOnlySpan<(string Key, object? Value)> facts)
    {
        if (level >= s_lowest)
        {
            s_logger ??= new LoggerConfiguration().MinimumLevel.Is(s_lowest).WriteTo.Sink(new StandardErrorSink(Format)).CreateLogger();
            s_logger.Write(LineFormat.Entry(level, kind, message, facts));
        }
    }

    private sealed class StandardErrorSink(LineFormat format) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => LineWriter.StandardError.Write(format.Line(logEvent), mayWait: true);
    }
}
