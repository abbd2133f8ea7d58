using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Metrics;
using Crik.Store;

namespace Crik.Tests.Metrics;

public sealed partial class MetricsTextTests
{
    private static readonly string[] s_lines = Lines(MetricsFixture.Everything);

    [Fact]
    public void Every_line_has_the_form_of_the_text_format_and_every_metric_has_a_head()
    {
        string current = "";
        foreach (string line in s_lines)
        {
            Match head = Head().Match(line);
            current = head.Success ? head.Groups[1].Value : current;
            Assert.True(head.Success || (Sample().Match(line) is { Success: true } sample && sample.Groups[1].Value == current), line);
        }

        IEnumerable<string> series = s_lines.Where(line => line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]);
        Assert.Equal(series.Distinct(), series);
        Assert.EndsWith("\n", MetricsText.Of(MetricsFixture.Everything), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""crik_build_info{version="1.2.3"} 1""")]
    [InlineData("crik_start_timestamp_seconds 1700000000.042")]
    [InlineData("""crik_run_state{state="starting"} 0""")]
    [InlineData("""crik_run_state{state="running"} 1""")]
    [InlineData("""crik_node_state{state="shutting-down"} 1""")]
    [InlineData("""crik_node_state{state="ready"} 0""")]
    [InlineData("crik_checkpoints_possible 1")]
    [InlineData("crik_checkpoint_interval_seconds 1800.000")]
    [InlineData("crik_checkpoint_limit_seconds 22.500")]
    [InlineData("crik_log_lines_dropped_total 9")]
    [InlineData("""crik_checkpoints_total{outcome="committed",reason="sigterm"} 1""")]
    [InlineData("""crik_checkpoints_total{outcome="failed",reason="node-warning"} 10""")]
    [InlineData("""crik_checkpoints_total{outcome="interrupted",reason="interval"} 12""")]
    [InlineData("""crik_restores_total{outcome="restored",reason="checkpointed"} 16""")]
    [InlineData("""crik_restores_total{outcome="interrupted",reason="always"} 31""")]
    [InlineData("""crik_last_problem_timestamp_seconds{problem="checkpoint-failed"} 0.032""")]
    [InlineData("""crik_last_problem_timestamp_seconds{problem="loop-stopped"} 0.035""")]
    [InlineData("""crik_checkpoint_step_seconds{step="preparing"} 0.036""")]
    [InlineData("""crik_checkpoint_step_seconds{step="committing"} 0.042""")]
    [InlineData("""crik_checkpoint_bytes{part="memory"} 43""")]
    [InlineData("""crik_checkpoint_bytes{part="files"} 45""")]
    [InlineData("crik_last_checkpoint_timestamp_seconds 0.046")]
    [InlineData("crik_checkpoint_seconds 0.047")]
    [InlineData("crik_checkpoint_frozen_seconds 0.048")]
    [InlineData("crik_checkpoint_generation 49")]
    [InlineData("crik_checkpoints_set_aside_total 50")]
    [InlineData("crik_loops_stopped_total 51")]
    [InlineData("crik_restored_generation 7")]
    [InlineData("crik_early_ends 2")]
    [InlineData("""crik_restore_step_seconds{step="checking"} 0.005""")]
    [InlineData("""crik_restore_step_seconds{step="restoring"} 0.700""")]
    [InlineData("""crik_restore_bytes{part="files"} 33""")]
    [InlineData("crik_restore_missing_bytes 3145728")]
    public void Each_figure_is_in_the_sample_with_its_name(string sample) => Assert.Contains(sample, s_lines);

    [Fact]
    public void Before_the_program_runs_there_are_only_the_figures_that_are_known()
    {
        string[] lines = Lines(MetricsFixture.Figures(MetricsFixture.Status with { State = "starting", Pid = null, Node = null }, totals: null, restored: null));

        Assert.Contains("""crik_run_state{state="starting"} 1""", lines);
        Assert.DoesNotContain(lines, line => Regex.IsMatch(line, "crik_(node|checkpoints|restore|last|early|loops)"));
    }

    [Fact]
    public void A_program_that_was_started_afresh_has_the_generation_0_and_no_figures_of_a_restore()
    {
        string[] lines = Lines(MetricsFixture.Figures(MetricsFixture.Status with { RestoredFrom = null }, RunTotals.None, restored: null));

        Assert.Contains("crik_restored_generation 0", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("crik_restore_", StringComparison.Ordinal));
    }

    [Fact]
    public void The_age_of_a_checkpoint_of_an_earlier_crik_is_known_from_its_manifest() => Assert.Contains(
        "crik_last_checkpoint_timestamp_seconds 5.000", Lines(MetricsFixture.Figures(MetricsFixture.Status, RunTotals.None, DateTimeOffset.UnixEpoch.AddSeconds(5))));

    [Fact]
    public void A_run_that_is_over_has_a_state_of_its_own()
    {
        string text = MetricsText.Of(MetricsFixture.Everything, hasEnded: true);

        Assert.Contains("crik_run_state{state=\"ended\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("crik_run_state{state=\"running\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_is_escaped()
    {
        PrometheusText text = new();
        text.Begin("crik_x", "gauge", "More.").Sample("label", "a \"b\" \\ c\nd", 1);

        Assert.Equal("# HELP crik_x More.\n# TYPE crik_x gauge\ncrik_x{label=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n", text.ToString());
    }

    /// <summary>If this fails after a change of the metrics, put the table that the message has into the document.</summary>
    [Fact]
    public void The_document_has_a_row_for_every_metric_and_no_other()
    {
        string made = string.Join('\n', Rows());
        string documented = string.Join('\n', File.ReadLines(Repository.In("docs/metrics.md")).Where(line => line.StartsWith("| `crik_", StringComparison.Ordinal)));

        Assert.True(made == documented, $"docs/metrics.md should have:\n{made}");
    }

    [Theory]
    [InlineData("examples/monitoring/alerts.yaml")]
    [InlineData("examples/monitoring/dashboard.json")]
    [InlineData("tests/Crik.SystemTests/Monitoring/alerts.test.yaml")]
    public void Every_metric_and_label_value_that_an_example_names_exists(string name)
    {
        string text = File.ReadAllText(Repository.In(name)).Replace("\\\"", "\"", StringComparison.Ordinal);
        string[] metrics = [.. MetricName().Matches(text).Select(match => match.Value).Distinct()];
        string[] values = [.. LabelValue().Matches(text).SelectMany(match => match.Groups[1].Value.Split('|')).Distinct()];

        Assert.InRange(metrics.Length, 10, 100);
        Assert.All(metrics, metric => Assert.Contains($"# TYPE {metric} ", MetricsText.Of(MetricsFixture.Everything), StringComparison.Ordinal));
        Assert.All(values, value => Assert.Contains($"=\"{value}\"", MetricsText.Of(MetricsFixture.Everything), StringComparison.Ordinal));
    }

    [Fact]
    public void The_dashboard_has_what_an_import_into_Grafana_needs()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Repository.In("examples/monitoring/dashboard.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];
        IEnumerable<string?> variables = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Select(item => item.GetProperty("name").GetString());

        Assert.Equal(["datasource", "namespace", "pod"], variables);
        Assert.True(dashboard.RootElement.GetProperty("schemaVersion").GetInt32() >= 36); // Grafana 9: a panel names its datasource by uid
        Assert.False(dashboard.RootElement.TryGetProperty("id", out _)); // an id of somebody's own Grafana cannot be imported
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel => Assert.All(panel.GetProperty("targets").EnumerateArray(), target =>
            Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString())));
        Assert.All(panels, panel => Assert.InRange(panel.GetProperty("gridPos").GetProperty("x").GetInt32() + panel.GetProperty("gridPos").GetProperty("w").GetInt32(), 1, 24));
    }

    private static string[] Lines(RunFigures figures) => MetricsText.Of(figures).TrimEnd('\n').Split('\n');

    private static IEnumerable<string> Rows()
    {
        foreach (string help in s_lines.Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)))
        {
            string name = help.Split(' ')[2];
            string type = s_lines.First(line => line.StartsWith($"# TYPE {name} ", StringComparison.Ordinal)).Split(' ')[3];
            IEnumerable<(string Label, string Value)> labels = s_lines.Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal))
                .SelectMany(line => Label().Matches(line)).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct();
            string cell = string.Join("; ", labels.GroupBy(label => label.Label).Select(label =>
                label.Key == "version" ? "`version`" : $"`{label.Key}`: {string.Join(", ", label.Select(item => item.Value))}"));
            yield return string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {type} | {cell} | {help[(help.IndexOf(name, StringComparison.Ordinal) + name.Length + 1)..]} |");
        }
    }

    [GeneratedRegex("^# (?:HELP|TYPE) (crik_[a-z_]+) .+$")]
    private static partial Regex Head();

    [GeneratedRegex("""^(crik_[a-z_]+)(?:\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? [0-9]+(?:\.[0-9]{3})?$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-z]+)="([^"]*)"(?=[,}])""")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bcrik_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("""\b(?:state|problem|outcome|reason|step|part)=~?"([^"]+)""")]
    private static partial Regex LabelValue();
}
