using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.Hosting;

/// <summary>
/// Writes the log as one JSON object a line: time, level, message, source, event number, the values in the message, and
/// the exception. Each line is a single write, so lines never mix.
/// </summary>
public sealed class JsonLines(Stream output, TimeProvider clock) : ILoggerProvider
{
    /// <summary>How long the end of the process waits for the last lines, if nobody reads them.</summary>
    public static readonly TimeSpan FlushBound = TimeSpan.FromSeconds(2);

    /// <summary>The number of the event. No other event of a server may have it: a log cannot log this about itself.</summary>
    private const int LinesDropped = 6;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TimeProvider _clock = clock;
    private readonly QueuedLines _queue = new(output, count => DroppedLine(count, clock));

    /// <summary>Lines that were not written because nobody read the lines before them.</summary>
    public long Dropped => _queue.Dropped;

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    /// <returns>Whether all lines so far were written or dropped before the time was over.</returns>
    public bool Flush(TimeSpan atMost) => _queue.Flush(atMost);

    /// <summary>Standard output stays open: it belongs to the process.</summary>
    public void Dispose() => _queue.Flush(FlushBound);

    private static byte[] DroppedLine(long count, TimeProvider clock)
    {
        ArrayBufferWriter<byte> line = new(256);
        using (Utf8JsonWriter json = new(line, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", Now(clock));
            json.WriteString("level", "warning");
            json.WriteString("message", $"{count} lines of the log were dropped here, because standard output was not read");
            json.WriteString("source", typeof(JsonLines).FullName);
            json.WriteNumber("event", LinesDropped);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
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
                json.WriteString("time", Now(owner._clock));
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
            owner._queue.Add(line.WrittenSpan.ToArray());
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

    private static string Now(TimeProvider clock) => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
