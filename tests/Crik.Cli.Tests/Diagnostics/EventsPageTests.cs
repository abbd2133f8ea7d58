using System.Text.RegularExpressions;
using Crik.Diagnostics;

namespace Crik.Tests.Diagnostics;

/// <summary>Compares the table in docs/events.md with the calls in the source.</summary>
public sealed partial class EventsPageTests
{
    private static readonly string[] s_source = [.. Repository.SourceFiles("src/Crik.Cli").Select(File.ReadAllText)];
    private static readonly string[][] s_rows =
        [.. File.ReadLines(Repository.In("docs/events.md")).SkipWhile(line => line != "## All events").Where(line => EventRow().IsMatch(line)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..])];

    /// <summary>The calls that name an event, and the level of what they log.</summary>
    private static readonly Dictionary<string, string> s_calls = new()
    {
        ["Log.Error("] = "error",
        ["new EmergencyLine("] = "error",
        ["EmergencyLine _timeIsUp = new("] = "error",
        ["Log.Warning("] = "warning",
        ["Entry(LogEventLevel.Warning, "] = "warning",
        ["Log.Info("] = "info",
        ["new Progress("] = "info",
        ["Progress progress = new("] = "info",
        ["Tell("] = "info",
        ["Log.Debug("] = "debug",
    };

    [Fact]
    public void The_page_has_one_row_for_every_event_that_the_code_logs_with_its_levels()
    {
        IEnumerable<string> logged = s_source.SelectMany(source => NamedEvent().Matches(source).Select(named => (Event: named.Groups[1].Value, Level: LevelOf(source, named.Index))))
            .GroupBy(call => call.Event)
            .Select(calls => $"{calls.Key}: {string.Join(", ", s_calls.Values.Distinct().Where(level => calls.Any(call => call.Level == level)))}");

        Assert.Equal(logged.Order(StringComparer.Ordinal), s_rows.Select(row => $"{row[0].Trim('`')}: {row[1]}"));
    }

    [Fact]
    public void Every_event_is_logged_somewhere() =>
        Assert.Equal(
            Enum.GetNames<Event>().Order(StringComparer.Ordinal),
            s_source.SelectMany(source => NamedEvent().Matches(source)).Select(named => named.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_row_says_what_the_event_means() => Assert.All(s_rows, row => Assert.EndsWith(".", row[2], StringComparison.Ordinal));

    /// <summary>A second field of one name would hide the first.</summary>
    [Fact]
    public void No_fact_has_the_name_of_a_field_that_every_line_has() =>
        Assert.All(s_source, source => Assert.DoesNotMatch("""(?<!\w)\("(time|level|severity|event|message)", """, source));

    /// <summary>The level of the call that an event is an argument of.</summary>
    private static string LevelOf(string source, int index)
    {
        string before = source[..index];
        (string call, int at) = s_calls.Keys.Select(call => (call, before.LastIndexOf(call, StringComparison.Ordinal))).MaxBy(found => found.Item2);
        Assert.True(at >= 0 && !before[at..].Contains(';', StringComparison.Ordinal), $"This event is in no call that logs: {before[^Math.Min(before.Length, 100)..]}{source[index..(index + 40)]}");
        return s_calls[call];
    }

    [GeneratedRegex(@"^\| `[A-Z]\w+` \|")]
    private static partial Regex EventRow();

    [GeneratedRegex(@"\bEvent\.([A-Z]\w+)")]
    private static partial Regex NamedEvent();
}
