using System.Text.RegularExpressions;
using Crik.Contracts;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Tests;

/// <summary>Checks that docs/node-state-server.md agrees with the program.</summary>
public sealed class DocumentsTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Repository.In("docs/node-state-server.md"));

    [Fact]
    public void The_table_has_one_row_for_each_flag_with_its_variable()
    {
        foreach ((string flag, string variable) in CommandLine.Known())
        {
            string row = Assert.Single(s_lines, line => line.StartsWith($"| `{flag}` |", StringComparison.Ordinal));
            Assert.Contains($"`{variable}`", row, StringComparison.Ordinal);
        }

        Assert.Equal(CommandLine.Known().Count(), s_lines.Count(line => line.StartsWith("| `--", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_table_has_one_row_for_each_signal_with_its_sign_state_and_default()
    {
        foreach (SignalRule rule in KnownSignals.All)
        {
            string[] row = Assert.Single(s_lines, line => line.StartsWith($"| `{rule.Name}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
            Assert.Equal((rule.State.ToWireName(), rule.OnByDefault ? "on" : "off"), (row[3], row[4]));
            string key = rule.Match switch
            {
                TaintMatch taint => taint.Key,
                LabelMatch label => label.Key,
                AnnotationMatch annotation => annotation.Key,
                ConditionMatch condition => condition.Type,
                UnschedulableMatch => "spec.unschedulable",
                _ => "metadata.deletionTimestamp",
            };
            Assert.Contains(key, row[2], StringComparison.Ordinal);
            Assert.True(rule.OnByDefault || row[5].Length > 0, $"{rule.Name} is off by default, and its row does not say why");
        }
    }

    [Fact]
    public void The_table_has_the_signals_in_the_order_in_which_they_are_checked()
    {
        string[] table = [.. s_lines.Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(row => row is [_, _, _, _, "on" or "off", ..]).Select(row => row[1].Trim('`'))];

        string[] asked = [.. NodeClassifier.From(new SignalOptions { Enable = [.. KnownSignals.All.Select(rule => rule.Name)] }).Rules.Select(rule => rule.Name)];
        Assert.Equal(asked, table);
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        PrometheusText text = new();
        new ServerMetrics().WriteTo(text);
        string[] others = [.. Regex.Matches(File.ReadAllText(Repository.In("src/Crik.NodeStateServer/Endpoints/MetricsEndpoint.cs")), "\"((crik|process|dotnet)_[a-z_]+)\"").Select(match => match.Groups[1].Value)];
        string all = string.Join('\n', s_lines);

        foreach (string name in text.ToString().Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Concat(others))
        {
            Assert.Matches($"`{name}[`{{]", all);
        }
    }

    [Fact]
    public void The_signals_file_in_the_example_is_valid()
    {
        string text = string.Join('\n', s_lines);
        string yaml = Regex.Match(text, "```yaml\n(enable:.*?)```", RegexOptions.Singleline).Groups[1].Value;

        SignalOptions options = SignalsFile.Parse("docs", yaml);

        Assert.Empty(options.Problems());
        Assert.Equal(("rack-move", SignalText.Deadline), (options.Rules.Single().Name, options.Rules.Single().Text));
    }

    [Fact]
    public void The_image_runs_as_nobody()
    {
        string[] lines = File.ReadAllLines(Repository.In("Dockerfile.node-state-server"));

        Assert.Contains("USER 65532:65532", lines);
        Assert.Equal("ENTRYPOINT [\"/usr/local/bin/node-state-server\"]", lines[^1]);
    }
}
