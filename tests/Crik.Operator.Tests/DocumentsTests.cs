using System.Text.RegularExpressions;
using Crik.Hosting;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Work;
using Crik.Operator.Serving;
using Crik.Operator.Upkeep;
using Crik.Pods;

namespace Crik.Operator.Tests;

/// <summary>Compares docs/operator.md and charts/crik with the program.</summary>
public sealed class DocumentsTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Repository.In("docs/operator.md"));

    [Fact]
    public void The_table_has_one_row_for_each_flag_with_its_variable_and_its_value_of_the_chart()
    {
        string values = File.ReadAllText(Repository.In("charts/crik/README.md"));
        foreach ((string flag, string variable) in CommandLine.Known())
        {
            string[] row = Assert.Single(s_lines, line => line.StartsWith($"| `{flag}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
            Assert.Contains($"`{variable}`", row[2], StringComparison.Ordinal);
            Assert.All(Regex.Matches(row[4], "`([^`]+)`"), value => Assert.Contains($"| `{value.Groups[1].Value}", values, StringComparison.Ordinal));
        }

        Assert.Equal(CommandLine.Known().Count(), s_lines.Count(line => line.StartsWith("| `--", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_chart_sets_every_variable_that_has_a_meaning_in_a_pod_and_no_other()
    {
        string templates = string.Concat(Directory.EnumerateFiles(Repository.In("charts/crik/templates")).Select(File.ReadAllText));
        IEnumerable<string> set = Regex.Matches(templates, "CRIK_OPERATOR_[A-Z_]+").Select(match => match.Value).Distinct();

        Assert.Equal(
            CommandLine.Known().Select(known => known.Variable).Except(["CRIK_OPERATOR_KUBECONFIG", "CRIK_OPERATOR_BIND_ADDRESS"]).Order(StringComparer.Ordinal),
            set.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        PrometheusText text = new();
        new AdmissionMetrics().WriteTo(text);
        new UpkeepMetrics().WriteTo(text);
        new MigrationMetrics().WriteTo(text);
        new PolicyMetrics().WriteTo(text);
        IEnumerable<string> others = Regex.Matches(File.ReadAllText(Repository.In("src/Crik.Operator/Serving/OperatorMetrics.cs")), "\"(crik_[a-z_]+)\"").Select(match => match.Groups[1].Value);
        string all = string.Join('\n', s_lines);

        Assert.All(
            text.ToString().Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Concat(others),
            name => Assert.Matches($"`{name}[`{{]", all));
    }

    [Fact]
    public void Every_Event_is_documented() =>
        Assert.All([$"NotInjected{PodNeed.Missed}", $"NotInjected{PodNeed.BadRequest}", PodUpkeep.ClaimNotCreated], reason =>
            Assert.Single(s_lines, line => line.StartsWith($"| `{reason}` |", StringComparison.Ordinal)));

    [Fact]
    public void The_annotations_that_the_operator_writes_are_named() =>
        Assert.All([PodNames.InjectedAnnotation, PodNames.SkippedAnnotation, PodNames.ClaimRequestAnnotation, PodNames.NotRestoredAnnotation], name =>
            Assert.Contains(s_lines, line => line.Contains($"`{name}`", StringComparison.Ordinal)));
}
