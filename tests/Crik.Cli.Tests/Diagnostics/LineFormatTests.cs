using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Diagnostics;
using Serilog.Events;

namespace Crik.Tests.Diagnostics;

public sealed class LineFormatTests
{
    private static readonly Dictionary<string, LineFormat> s_formats = new()
    {
        ["people"] = LineFormat.ForPeople,
        ["text"] = LineFormat.Text,
        ["json"] = LineFormat.Json,
        ["cloud"] = LineFormat.Cloud,
    };

    [Theory]
    [InlineData("people", "crik info: it \"is\" so generation=7 because=\"a b\" none=\"\"\n")]
    [InlineData("text", "TIME crik info: it \"is\" so event=Restored generation=7 because=\"a b\" none=\"\"\n")]
    [InlineData("json", """{"time":"TIME","level":"info","message":"it \"is\" so","event":"Restored","generation":7,"because":"a b","none":""}""" + "\n")]
    [InlineData("cloud", """{"time":"TIME","severity":"INFO","message":"it \"is\" so","event":"Restored","generation":7,"because":"a b","none":""}""" + "\n")]
    public void A_line_has_time_level_event_message_and_facts(string format, string expected)
    {
        string line = Line(s_formats[format], LogEventLevel.Information, ("generation", 7), ("because", "a b"), ("none", null));

        Match time = Regex.Match(line, @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z");
        Assert.Equal(format != "people", time.Success);
        Assert.Equal(expected, time.Success ? line.Replace(time.Value, "TIME", StringComparison.Ordinal) : line);
        Assert.True(!time.Success || (DateTimeOffset.UtcNow - DateTimeOffset.Parse(time.Value, System.Globalization.CultureInfo.InvariantCulture)).Duration() < TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(LogEventLevel.Debug, "debug")]
    [InlineData(LogEventLevel.Information, "info")]
    [InlineData(LogEventLevel.Warning, "warning")]
    [InlineData(LogEventLevel.Error, "error")]
    public void The_levels_have_the_names_that_a_cloud_reads_in_capitals(LogEventLevel level, string name)
    {
        Assert.StartsWith($"crik {name}: ", Line(LineFormat.ForPeople, level), StringComparison.Ordinal);
        Assert.Contains($" crik {name}: ", Line(LineFormat.Text, level), StringComparison.Ordinal);
        Assert.Equal(name, JsonDocument.Parse(Line(LineFormat.Json, level)).RootElement.GetProperty("level").GetString());
        Assert.Equal(name.ToUpperInvariant(), JsonDocument.Parse(Line(LineFormat.Cloud, level)).RootElement.GetProperty("severity").GetString());
    }

    [Fact]
    public void A_message_of_several_lines_is_one_line_of_JSON()
    {
        byte[] line = LineFormat.Json.Line(LineFormat.Entry(LogEventLevel.Error, Event.CrikFailed, "one\n\ttwo \u001b[0m", []));

        Assert.Equal(line.Length - 1, line.IndexOf((byte)'\n'));
        Assert.StartsWith("one\n\ttwo ", JsonDocument.Parse(line).RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_character_in_a_path_makes_no_line_of_its_own()
    {
        byte[] line = LineFormat.ForPeople.Line(LineFormat.Entry(LogEventLevel.Error, Event.CrikFailed, "a\ncrik info: b\u001b[0m\n  - c", [("path", "d\re")]));

        Assert.Equal("crik error: a?crik info: b?[0m\n  - c path=\"d\\re\"\n", Encoding.UTF8.GetString(line));
    }

    [Fact]
    public void A_second_crik_logs_as_the_first() => Assert.All(s_formats.Values, format => Assert.Equal(format.Number, LineFormat.Of(format.Number).Number));

    private static string Line(LineFormat format, LogEventLevel level, params (string, object?)[] facts) =>
        Encoding.UTF8.GetString(format.Line(LineFormat.Entry(level, Event.Restored, "it \"is\" so", facts)));
}
