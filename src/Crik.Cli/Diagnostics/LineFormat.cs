using System.Buffers.Text;
using Serilog.Events;

namespace Crik.Diagnostics;

/// <summary>
/// How a line of the log looks, in each format. A line can be made in advance: what its time and its count of dropped lines need is written
/// without allocating memory.
/// </summary>
internal sealed class LineFormat
{
    /// <summary>The name of the field for the event.</summary>
    private const string EventKey = "event";

    private const string BeforeTime = "{\"time\":\"";
    private const string NoTime = "0000-00-00T00:00:00.000Z";
    private const string Dropped = "N lines of this log were dropped because nobody read standard error";

    private readonly string? _levelKey;
    private readonly string[] _levels;
    private readonly int? _timeAt;
    private readonly byte[] _dropped;
    private readonly int _countAt;

    /// <param name="levelKey">The name of the field for the level; <see langword="null"/> when a line is text.</param>
    /// <param name="levels">The names of the levels from debug to error.</param>
    private LineFormat(int number, string? levelKey, params string[] levels)
    {
        (Number, _levelKey, _levels) = (number, levelKey, levels);
        _timeAt = number == 0 ? null : levelKey is null ? 0 : BeforeTime.Length;
        _dropped = Line(Entry(LogEventLevel.Warning, Event.LogLinesDropped, Dropped, []));
        _countAt = _dropped.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Dropped));
    }

    /// <summary><c>crik info: message key=value</c>, for a person at a terminal.</summary>
    public static LineFormat ForPeople => new(0, null, "debug", "info", "warning", "error");

    /// <summary><c>2026-11-23T04:20:00.123Z crik info: message event=Name key=value</c>.</summary>
    public static LineFormat Text => new(1, null, "debug", "info", "warning", "error");

    public static LineFormat Json => new(2, "level", "debug", "info", "warning", "error");

    /// <summary>JSON with the field and the names for the level that Google Cloud Logging reads.</summary>
    public static LineFormat Cloud => new(3, "severity", "DEBUG", "INFO", "WARNING", "ERROR");

    /// <summary>Names the format to another crik.</summary>
    public int Number { get; }

    public static LineFormat Of(int number) => number switch { 1 => Text, 2 => Json, 3 => Cloud, _ => ForPeople };

    /// <summary>What is to be logged.</summary>
    public static LogEvent Entry(LogEventLevel level, Event kind, string message, ReadOnlySpan<(string Key, object? Value)> facts)
    {
        LogEventProperty[] properties = new LogEventProperty[facts.Length + 1];
        properties[0] = new LogEventProperty(EventKey, new ScalarValue(kind));
        for (int i = 0; i < facts.Length; i++)
        {
            properties[i + 1] = new LogEventProperty(facts[i].Key, new ScalarValue(facts[i].Value));
        }

        // The message is no template: it may contain a path or a line of criu's log, and braces in these mean nothing.
        MessageTemplate template = new([new Serilog.Parsing.TextToken(message)]);
        return new LogEvent(DateTimeOffset.UtcNow, level, exception: null, template, properties);
    }

    /// <summary>A whole line with the present time.</summary>
    public byte[] Line(LogEvent entry)
    {
        string level = _levels[(int)entry.Level - (int)LogEventLevel.Debug];
        byte[] line = Encoding.UTF8.GetBytes(_levelKey is null ? AsText(entry, level) : AsJson(entry, level));
        Stamp(line);
        return line;
    }

    /// <summary>Writes the present time into a line, without allocating memory.</summary>
    public void Stamp(Span<byte> line)
    {
        if (_timeAt is { } at)
        {
            Span<byte> time = stackalloc byte[32];
            Utf8Formatter.TryFormat(DateTime.UtcNow, time, out _, 'O'); // 2026-11-23T04:20:00.1234567Z
            time[..(NoTime.Length - 1)].CopyTo(line[at..]);
        }
    }

    /// <summary>Writes the line that tells how many were dropped, without allocating memory.</summary>
    /// <returns>The length of the line.</returns>
    public int WriteDropped(long count, Span<byte> place)
    {
        _dropped.AsSpan(0, _countAt).CopyTo(place);
        Utf8Formatter.TryFormat(count, place[_countAt..], out int digits);
        ReadOnlySpan<byte> rest = _dropped.AsSpan(_countAt + 1);
        rest.CopyTo(place[(_countAt + digits)..]);
        Stamp(place);
        return _countAt + digits + rest.Length;
    }

    private string AsText(LogEvent entry, string level)
    {
        StringBuilder line = new(_timeAt is null ? "" : $"{NoTime} ");
        line.Append($"crik {level}: {Visible(entry.MessageTemplate.Text)}");
        foreach ((string key, LogEventPropertyValue value) in entry.Properties)
        {
            if (_timeAt is not null || key != EventKey)
            {
                string text = Written(value);
                line.Append(' ').Append(key).Append('=').Append(text.Length == 0 || text.Any(static c => c is ' ' or '"' or '=' || char.IsControl(c)) ? Log.Quoted(text) : text);
            }
        }

        return line.Append('\n').ToString();
    }

    private string AsJson(LogEvent entry, string level)
    {
        StringBuilder line = new($"{BeforeTime}{NoTime}\",\"{_levelKey}\":\"{level}\",\"message\":{Log.Quoted(entry.MessageTemplate.Text)}");
        foreach ((string key, LogEventPropertyValue value) in entry.Properties)
        {
            object? raw = (value as ScalarValue)?.Value;
            line.Append($",{Log.Quoted(key)}:{raw switch { int or long or double => Written(value), true => "true", false => "false", _ => Log.Quoted(Written(value)) }}");
        }

        return line.Append("}\n").ToString();
    }

    /// <summary>
    /// Replaces control characters, because a message may contain a path that somebody else chose. An indented line of crik's own lists stays a
    /// line, which cannot be taken for another entry of the log.
    /// </summary>
    private static string Visible(string message) => string.Create(message.Length, message, static (visible, text) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool isIndented = text[i] == '\n' && text.AsSpan(i + 1).StartsWith("  ");
            visible[i] = char.IsControl(text[i]) && !isIndented ? '?' : text[i];
        }
    });

    private static string Written(LogEventPropertyValue value) =>
        Convert.ToString((value as ScalarValue)?.Value, CultureInfo.InvariantCulture) ?? string.Empty;
}
