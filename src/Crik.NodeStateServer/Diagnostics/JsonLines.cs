using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.NodeStateServer.Diagnostics;

/// <summary>
/// Writes the log as one JSON object a line: time, level, message, source, event number, the values in the message, and
/// the exception. Each line is a single write, so lines never mix.
/// </summary>
internal sealed class JsonLines(Stream output, TimeProvider clock) : ILoggerProvider
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
        // Standard output stays open: it belongs to the process.
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            try
            {
                output.Write(line);
            }
            catch (IOException)
            {
                // Nobody reads the log any more. The server must continue to answer requests.
            }
        }
    }

    private sealed class Lines(JsonLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArrayBufferWriter<byte> line = new(512);
            using (Utf8JsonWriter json = new(line, s_options))
            {
                json.WriteStartObject();
                json.WriteString("time", owner.Now());
                json.WriteString("level", Name(logLevel));
                json.WriteString("message", formatter(state, exception));
                json.WriteString("source", category);
                json.WriteNumber("event", eventId.Id);
                WriteFacts(json, state as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
                if (exception is not null)
                {
                    json.WriteString("exception", exception.ToString());
                }

                json.WriteEndObject();
            }

            line.Write("\n"u8);
            owner.Write(line.WrittenSpan);
        }

        private static void WriteFacts(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> facts)
        {
            foreach ((string key, object? value) in facts)
            {
                if (key != "{OriginalFormat}")
                {
                    json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(key));
                    WriteValue(json, value);
                }
            }
        }

        private static void WriteValue(Utf8JsonWriter json, object? value)
        {
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case int number:
                    json.WriteNumberValue(number);
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumberValue(Math.Round(number, 6));
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                default:
                    json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
    }

    private string Now() => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
