using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Crik.Diagnostics;

/// <summary>
/// Writes crik's log to descriptor 2, because standard output belongs to the program. It writes each event at once, as text
/// (<c>crik info: message key=value</c>) or, if configured, as a line with one JSON object.
/// </summary>
internal static class Log
{
    private const string EventKey = "event";

    private static LogEventLevel s_lowest = LogEventLevel.Information;
    private static bool s_json;

    /// <summary>The logger, which is made at the first event, so that a run without events does not spend time on it.</summary>
    private static Logger? s_logger;

    public static bool IsJson => s_json;

    public static void Configure(LogEventLevel lowest, bool json) => (s_lowest, s_json, s_logger) = (lowest, json, null);

    public static void Error(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Error, kind, message, facts);

    public static void Warning(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Warning, kind, message, facts);

    public static void Info(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Information, kind, message, facts);

    public static void Debug(Event kind, string message, params ReadOnlySpan<(string Key, object? Value)> facts) =>
        Write(LogEventLevel.Debug, kind, message, facts);

    private static void Write(LogEventLevel level, Event kind, string message, ReadOnlySpan<(string Key, object? Value)> facts)
    {
        if (level < s_lowest)
        {
            return;
        }

        LogEventProperty[] properties = new LogEventProperty[facts.Length + 1];
        properties[0] = new LogEventProperty(EventKey, new ScalarValue(kind));
        for (int i = 0; i < facts.Length; i++)
        {
            properties[i + 1] = new LogEventProperty(facts[i].Key, new ScalarValue(facts[i].Value));
        }

        // The message is no template: it may contain a path or a line of criu's log, and braces in these mean nothing.
        MessageTemplate template = new([new Serilog.Parsing.TextToken(message)]);
        s_logger ??= Make();
        s_logger.Write(new LogEvent(DateTimeOffset.UtcNow, level, exception: null, template, properties));
    }

    /// <summary>Writes a text as JSON does, with quotation marks.</summary>
    internal static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(ByteStrings.Printable(text), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static Logger Make() =>
        new LoggerConfiguration().MinimumLevel.Is(s_lowest).WriteTo.Sink(new StandardErrorSink(s_json)).CreateLogger();

    private sealed class StandardErrorSink(bool json) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            string level = logEvent.Level switch
            {
                LogEventLevel.Error => "error",
                LogEventLevel.Warning => "warning",
                LogEventLevel.Debug => "debug",
                _ => "info",
            };
            LineWriter.StandardError.Write(Encoding.UTF8.GetBytes(json ? AsJson(logEvent, level) : AsText(logEvent, level)), mayWait: true);
        }

        private static string AsText(LogEvent logEvent, string level)
        {
            StringBuilder line = new($"crik {level}: {logEvent.MessageTemplate.Text}");
            foreach ((string key, LogEventPropertyValue value) in logEvent.Properties)
            {
                if (key == EventKey)
                {
                    continue;
                }

                string text = Text(value);
                line.Append(' ').Append(key).Append('=').Append(text.Length == 0 || text.AsSpan().ContainsAny(" \"\n=") ? Quoted(text) : text);
            }

            return line.Append('\n').ToString();
        }

        private static string AsJson(LogEvent logEvent, string level)
        {
            StringBuilder line = new(
                $"{{\"time\":\"{logEvent.Timestamp.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"level\":\"{level}\",\"message\":{Quoted(logEvent.MessageTemplate.Text)}");
            foreach ((string key, LogEventPropertyValue value) in logEvent.Properties)
            {
                object? raw = (value as ScalarValue)?.Value;
                line.Append($",{Quoted(key)}:{raw switch { int or long or double => Text(value), true => "true", false => "false", _ => Quoted(Text(value)) }}");
            }

            return line.Append("}\n").ToString();
        }

        private static string Text(LogEventPropertyValue value) =>
            Convert.ToString((value as ScalarValue)?.Value, CultureInfo.InvariantCulture) ?? string.Empty;
    }
}
